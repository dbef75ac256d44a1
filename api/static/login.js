// An invitation link carries the key behind "#", which browsers never send: it is moved into the form and out of the address.
"use strict";
(function () {
  var found = /^#key=([\w-]+)$/.exec(window.location.hash);
  if (!found) return;
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  document.getElementById("key").value = found[1];
  document.getElementById("name").focus();
})();
