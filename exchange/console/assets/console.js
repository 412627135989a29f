// What the pages do beyond links and forms. Without it everything still works.
(function () {
  "use strict";
  document.querySelectorAll("[data-print]").forEach(function (b) {
    b.hidden = false;
    b.addEventListener("click", function () { window.print(); });
  });

  // The counter below a text that has a length to keep.
  document.querySelectorAll("output[data-count]").forEach(function (out) {
    var text = document.getElementById(out.htmlFor.value);
    function count() {
      out.textContent = Array.from(text.value.normalize("NFC").trim().replace(/\s+/g, " ")).length + "/" + text.maxLength;
    }
    text.addEventListener("input", count);
    count();
  });

  // "/" goes to the search field, as in the software clerks know; never while something is being typed.
  document.addEventListener("keydown", function (e) {
    var find = document.getElementById("find");
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName);
    if (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey && !e.altKey && find) {
      e.preventDefault();
      find.focus();
    }
  });

  // How many documents of a list are chosen stands in the button that acts on them.
  document.addEventListener("change", function (e) {
    var form = e.target.closest("form[data-choose]");
    if (!form) return;
    var n = form.querySelectorAll("input[type=checkbox]:checked").length;
    form.querySelector("output").textContent = n ? "(" + n + ")" : "";
  });

  // A row is opened by a click anywhere in it; the link in it stays what it is.
  document.addEventListener("click", function (e) {
    var row = e.target.closest("table.list tbody tr");
    if (!row || e.target.closest("a, button, input, label") || String(window.getSelection())) return;
    var link = row.querySelector("a");
    if (link) link.click();
  });
})();
