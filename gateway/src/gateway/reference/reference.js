// Shows the public contract as a page. Everything comes from /openapi.json; nothing from anywhere else.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];
const DEPTH = 6;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function resolved(contract, node) {
  if (!node || !node.$ref) return node || {};
  const found = node.$ref.slice(2).split("/").reduce((at, step) => at?.[step], contract);
  return { ...found, ...node, $ref: undefined };
}

function nameOf(reference) {
  return reference.split("/").pop().replace(/^[^.]*\./, "");
}

// A schema in a few words, such as: list of ServiceView, or text of at most 200 characters.
function words(contract, schema) {
  if (schema.$ref) return resolved(contract, schema).enum ? words(contract, resolved(contract, schema)) : nameOf(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = schema.anyOf || schema.oneOf;
  if (choices) return choices.map((choice) => words(contract, choice)).join(" | ");
  if (schema.type === "array") return `list of ${words(contract, schema.items || {})}${limits(schema)}`;
  if (Array.isArray(schema.type)) return schema.type.join(" | ");
  return `${schema.format || schema.type || "anything"}${limits(schema)}`;
}

function limits(schema) {
  const said = [];
  if (schema.maxLength !== undefined) said.push(`at most ${schema.maxLength} characters`);
  if (schema.maxItems !== undefined) said.push(`at most ${schema.maxItems}`);
  if (schema.minimum !== undefined) said.push(`from ${schema.minimum}`);
  if (schema.maximum !== undefined) said.push(`to ${schema.maximum}`);
  if (schema.default !== undefined && schema.default !== null) said.push(`default ${JSON.stringify(schema.default)}`);
  return said.length ? `, ${said.join(", ")}` : "";
}

function table(heads, rows) {
  const head = element("tr", {}, ...heads.map((text) => element("th", { textContent: text })));
  const body = rows.map((cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, cell))));
  return element("div", { className: "table" }, element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
}

// `marks` shows which fields a caller must send; what an answer holds is always all there.
function fieldRows(contract, schema, marks, prefix = "", seen = []) {
  const rows = [];
  const known = resolved(contract, schema);
  for (const [name, field] of Object.entries(known.properties || {})) {
    const isNeeded = marks && (known.required || []).includes(name);
    const label = element("code", { className: isNeeded ? "needed" : "", textContent: prefix + name });
    const about = resolved(contract, field).description || "";
    rows.push([label, words(contract, field), about]);
    const [inner, mark] = inside(field);
    if (inner && !seen.includes(inner.$ref) && seen.length < DEPTH) {
      rows.push(...fieldRows(contract, inner, marks, `${prefix}${name}${mark}.`, [...seen, inner.$ref]));
    }
  }
  return rows;
}

// What a field consists of, if it consists of fields: the schema, and "[]" for a list.
function inside(field) {
  if (field.$ref) return [field, ""];
  if (field.items) return [inside(field.items)[0], "[]"];
  const choices = (field.anyOf || field.oneOf || []).filter((choice) => choice.$ref || choice.items);
  if (choices.length === 1) return inside(choices[0]);
  return field.properties ? [field, ""] : [null, ""];
}

function body(contract, content, marks) {
  return Object.entries(content || {}).flatMap(([media, said]) => {
    const parts = [element("h4", { textContent: media })];
    const schema = said.schema || {};
    const rows = fieldRows(contract, schema, marks, "", schema.$ref ? [schema.$ref] : []);
    if (rows.length) parts.push(table(["Field", "Type", "Meaning"], rows));
    else if (Object.keys(schema).length) parts.push(element("p", {}, words(contract, schema)));
    const example = said.example ?? schema.example;
    if (example !== undefined) parts.push(element("pre", { textContent: JSON.stringify(example, null, 2) }));
    return parts;
  });
}

function parameters(contract, operation) {
  const rows = (operation.parameters || []).map((given) => {
    const parameter = resolved(contract, given);
    const label = element("code", { className: parameter.required ? "needed" : "", textContent: parameter.name });
    const about = parameter.description || parameter.schema?.description || "";
    return [label, parameter.in, words(contract, parameter.schema || {}), about];
  });
  return rows.length ? [element("h3", { textContent: "Parameters" }), table(["Name", "In", "Type", "Meaning"], rows)] : [];
}

function answers(contract, operation) {
  const good = Object.entries(operation.responses).filter(([status]) => status < "400");
  return good.flatMap(([status, given]) => {
    const answer = resolved(contract, given);
    return [
      element("h3", { textContent: `Answer ${status}` }),
      ...(answer.description && answer.description !== "Successful Response" ? [element("p", {}, answer.description)] : []),
      ...body(contract, answer.content, false),
    ];
  });
}

function refusals(operation) {
  const bad = Object.entries(operation.responses).filter(([status]) => status >= "400").sort();
  const rows = bad.map(([status, answer]) => {
    const codes = (answer.description || "").split(", ").map((code) => element("li", {}, element("code", { textContent: code })));
    return [status, element("ul", { className: "codes" }, ...codes)];
  });
  return rows.length ? [element("h3", { textContent: "Refusals" }), table(["Status", "Problem codes"], rows)] : [];
}

function needs(operation) {
  if (operation.security && operation.security.length === 0) return element("p", {}, "Needs no token.");
  if (!operation["x-permission"]) return element("p", {}, "Needs a token.");
  return element("p", {}, "Needs ", element("code", { className: "permission", textContent: operation["x-permission"] }));
}

function fill(contract, details, operation) {
  const more = (operation.description || "").split("\n").slice(1).join(" ").trim();
  const request = operation.requestBody ? [element("h3", { textContent: "Body" }), ...body(contract, operation.requestBody.content, true)] : [];
  details.append(
    element(
      "div", { className: "inside" }, needs(operation), more ? element("p", {}, more) : null,
      ...parameters(contract, operation), ...request, ...answers(contract, operation), ...refusals(operation),
    ),
  );
}

function shown(contract, method, path, operation) {
  const details = element("details", { className: "operation", id: operation.operationId });
  const title = element(
    "summary", {},
    element("span", { className: `method ${method}`, textContent: method.toUpperCase() }),
    element("span", { className: "path", textContent: path }),
    element("span", { className: "says", textContent: operation.summary || "" }),
  );
  details.append(title);
  details.addEventListener("toggle", () => details.children.length === 1 && fill(contract, details, operation));
  details.searched = [
    method, path, operation.summary, operation.operationId, operation["x-permission"], ...(operation["x-problems"] || []),
  ].join(" ").toLowerCase();
  return details;
}

function show(contract) {
  const byTag = new Map(contract.tags.map((tag) => [tag.name, []]));
  for (const [path, item] of Object.entries(contract.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      byTag.get(item[method].tags[0]).push(shown(contract, method, path, item[method]));
    }
  }
  const contents = document.getElementById("contents");
  const sections = [];
  let before = "";
  for (const [tag, operations] of byTag) {
    const [service, noun] = tag.split(": ");
    const id = tag.replace(/\W+/g, "-");
    if (service !== before) contents.append(element("h2", { textContent: service }));
    before = service;
    contents.append(element("a", { href: `#${id}`, textContent: noun.replaceAll("-", " ") }));
    const heading = element("h2", { textContent: `${service} · ${noun.replaceAll("-", " ")}` });
    sections.push(element("section", { id }, heading, ...operations));
  }
  document.getElementById("operations").replaceChildren(...sections);
  document.getElementById("introduction").replaceChildren(
    ...contract.info.description.split("\n\n").map((text) => element("p", {}, text.replaceAll("`", ""))),
  );
}

function search(text) {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const section of document.querySelectorAll("#operations section")) {
    let here = 0;
    for (const operation of section.querySelectorAll("details.operation")) {
      operation.hidden = !wanted.every((word) => operation.searched.includes(word));
      here += operation.hidden ? 0 : 1;
    }
    section.hidden = here === 0;
    found += here;
  }
  document.getElementById("introduction").hidden = wanted.length > 0;
  document.getElementById("found").textContent = wanted.length ? `${found} ${found === 1 ? "operation" : "operations"} found` : "";
}

function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named?.matches("details")) named.open = true;
  named?.scrollIntoView();
}

async function start() {
  try {
    const answer = await fetch("/openapi.json");
    if (!answer.ok) throw new Error(`it answered ${answer.status}`);
    show(await answer.json());
  } catch (error) {
    document.getElementById("operations").replaceChildren(element("p", {}, `The contract cannot be read: ${error.message}`));
    return;
  }
  const field = document.getElementById("search");
  field.addEventListener("input", () => search(field.value));
  window.addEventListener("hashchange", openNamed);
  search(field.value);
  openNamed();
}

start();
