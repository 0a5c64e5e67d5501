"use strict";
(function () {
  var bar = document.getElementById("trace"), line = bar.querySelector("p"), code = bar.querySelector("code");
  document.addEventListener("click", function (event) {
    var n = event.target.closest && event.target.closest(".n");
    if (!n) { if (event.target.closest && event.target.closest("#trace button")) { bar.hidden = true; } return; }
    var d = n.dataset, scenario = d.scenario ? " --scenario " + d.scenario : "";
    if (d.key) { line.textContent = "Made by the run. To see from what, down to the claims:"; code.textContent = "orefield trace RUN " + d.key + scenario; }
    else if (d.parameter) { line.textContent = "Parameter " + d.parameter; code.textContent = "listed under “What is assumed or recalled”"; }
    else { line.textContent = "Claim"; code.textContent = d.claim; }
    bar.hidden = false;
  });
  document.addEventListener("keydown", function (event) { if (event.key === "Escape") { bar.hidden = true; } });
  var opened = [];
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not([open]):not(.screen)").forEach(function (d) { d.open = true; opened.push(d); });
  });
  window.addEventListener("afterprint", function () { opened.forEach(function (d) { d.open = false; }); opened = []; });
  function reveal() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var d = target && target.closest("details"); d; d = d.parentElement && d.parentElement.closest("details")) { d.open = true; }
    if (target) { target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", reveal); reveal();
})();
