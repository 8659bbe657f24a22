// Reads a JSON list of pages from stdin, opens each in jsdom, and prints what axe-core finds in it and what a screen
// reader reads first.
const { readFileSync } = require("node:fs");
const { JSDOM } = require("jsdom");
const axe = require("axe-core");

// jsdom lays nothing out: colours and sizes are checked elsewhere.
const rules = { "color-contrast": { enabled: false }, "target-size": { enabled: false } };

async function read(html) {
  const { window } = new JSDOM(html, { runScripts: "outside-only" });
  const { document } = window;
  for (const details of document.querySelectorAll("details")) details.open = true;
  window.eval(axe.source);
  const found = await window.axe.run(document, { rules });
  const headings = [...document.querySelectorAll("h1, h2")].map((one) => [one.tagName, one.textContent.trim()]);
  const named = [...document.querySelectorAll("[aria-labelledby]")].map((one) => [
    one.tagName,
    document.getElementById(one.getAttribute("aria-labelledby"))?.textContent.trim() ?? null,
  ]);
  return {
    violations: found.violations.map(({ id, impact, nodes }) => ({ id, impact, at: nodes.map((one) => one.html) })),
    passed: found.passes.map(({ id }) => id),
    headings,
    named,
  };
}

async function main() {
  const found = [];
  for (const html of JSON.parse(readFileSync(0, "utf-8"))) found.push(await read(html));
  process.stdout.write(JSON.stringify(found));
}

main();
