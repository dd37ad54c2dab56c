// What jsonata_bench.cc measures, with npm's package, which is found by NODE_PATH.
"use strict";

const fs = require("fs");
const path = require("path");
const jsonata = require("jsonata");

const ROUNDS = 3;
const directory = process.argv[2];
const roundNanoseconds = Number(process.argv[3] || 2) * 1e6;
const datasets = new Map();

function inputOf(testCase) {
  if ("data" in testCase) return testCase.data;
  if (typeof testCase.dataset !== "string") return undefined;
  if (!datasets.has(testCase.dataset)) {
    const file = path.join(directory, "datasets", testCase.dataset + ".json");
    datasets.set(testCase.dataset, JSON.parse(fs.readFileSync(file, "utf8")));
  }
  return datasets.get(testCase.dataset);
}

async function measure(expression, input, bindings) {
  let fastest = Infinity;
  for (let round = 0; round < ROUNDS; ++round) {
    const begin = process.hrtime.bigint();
    let passed = 0;
    let count = 0;
    for (let batch = 1; passed < roundNanoseconds; batch *= 2) {
      for (let i = 0; i < batch; ++i) await expression.evaluate(input, bindings);
      count += batch;
      passed = Number(process.hrtime.bigint() - begin);
    }
    fastest = Math.min(fastest, passed / count);
  }
  return fastest;
}

async function main() {
  for (const line of fs.readFileSync(path.join(directory, "cases.jsonl"), "utf8").split("\n")) {
    if (line === "") continue;
    const testCase = JSON.parse(line);
    if (["code", "timelimit", "depth", "jsonata_2_0_6"].some((other) => other in testCase)) continue;
    try {
      const expression = jsonata(testCase.expr);
      const ns = await measure(expression, inputOf(testCase), testCase.bindings || {});
      console.log(JSON.stringify({ id: testCase.id, ns }));
    } catch (error) {
      // Left out of both.
    }
  }
}

main();
