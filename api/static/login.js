// An invitation link carries the key behind "#", which browsers never send: it is moved into the form and out of the
// address. Until the tab is closed it comes back into the form, so that a refused password does not lose it.
"use strict";
(function () {
  var field = document.getElementById("key"), found = /^#key=([\w-]+)$/.exec(window.location.hash);
  if (found) {
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
    window.sessionStorage.setItem("key", found[1]);
  }
  field.value = window.sessionStorage.getItem("key") || "";
  if (field.value) document.getElementById("name").focus();
})();
