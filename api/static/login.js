// An invitation link carries the key behind "#", which browsers never send: it is moved into the form and out of the
// address.
"use strict";
(function () {
  var found = /^#key=([\w-]+)$/.exec(window.location.hash), field = document.getElementById("key");
  if (found) {
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
    field.value = found[1];
  }
  if (field.value) document.getElementById("name").focus();
})();
