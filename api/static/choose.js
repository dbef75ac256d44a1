// One box chooses every row of its form; a row that is chosen or left by hand is shown by the box.
"use strict";
document.addEventListener("change", function (event) {
  var box = event.target, form = box.form;
  if (box.type !== "checkbox" || !form) return;
  var all = form.querySelector("[data-choose-all]"), rows = Array.from(form.querySelectorAll("input[name=id]"));
  if (!all) return;
  if (box === all) rows.forEach(function (row) { row.checked = all.checked; });
  all.checked = rows.every(function (row) { return row.checked; });
});
