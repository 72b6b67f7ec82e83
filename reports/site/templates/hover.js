// Maps of latents: a group of dots has its class as a title; of the dot that is pointed at the series is named too.
"use strict";
for (const group of document.querySelectorAll("g[data-rows]")) {
  const [path, title] = ["path", "title"].map((name) => group.querySelector(name));
  const rows = group.dataset.rows.split(" ");
  const text = title.textContent;
  let dots;
  group.addEventListener("pointermove", (event) => {
    dots ??= [...path.getAttribute("d").matchAll(/M([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(path.getScreenCTM().inverse());
    const apart = dots.map(([x, y]) => Math.hypot(x - at.x, y - at.y));
    title.textContent = `series ${rows[apart.indexOf(Math.min(...apart))]}, ${text}`;
  });
}
