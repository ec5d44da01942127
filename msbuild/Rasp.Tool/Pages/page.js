(function () {
  "use strict";
  var pinned = null;

  function light(variable) {
    document.body.classList.toggle("choosing", variable !== null);
    document.querySelectorAll("[data-v]").forEach(function (element) {
      element.classList.toggle("lit", element.getAttribute("data-v") === variable);
    });
  }

  function variableAt(target) {
    var element = target.closest("[data-v]");
    return element ? element.getAttribute("data-v") : null;
  }

  function read(target) {
    var cell = target.closest(".weight");
    if (cell) cell.closest("figure").querySelector(".readout").textContent = cell.querySelector("title").textContent;
  }

  document.addEventListener("mouseover", function (event) {
    read(event.target);
    light(variableAt(event.target) || pinned);
  });
  document.addEventListener("click", function (event) {
    var variable = variableAt(event.target);
    read(event.target);
    pinned = variable === pinned ? null : variable;
    light(pinned);
  });
})();
