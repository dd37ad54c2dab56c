// What the tests share: clients of a `pawl server`, and short words for what each of them does.
"use strict";

const { randomUUID } = require("node:crypto");
const {
  SFNClient,
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  StartExecutionCommand,
} = require("@aws-sdk/client-sfn");

const ROLE = "arn:aws:iam::731902645518:role/tests";
const WAIT_MS = 30_000;
const PASS = { StartAt: "P", States: { P: { Type: "Pass", End: true } } };
const WAIT = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 600, End: true } } };

// What clients of the server that PAWL_URL names are made with.  `disableHostPrefix` is what
// StartSyncExecution and TestState need where "sync-" before the host's name does not resolve.
const CONFIG = {
  endpoint: process.env.PAWL_URL,
  region: "us-east-1",
  credentials: { accessKeyId: "any", secretAccessKey: "any" },
  disableHostPrefix: true,
  maxAttempts: 1,
};
const sfn = new SFNClient(CONFIG);

const uniqueName = (prefix) => `${prefix}-${randomUUID()}`;

// Creates a state machine with a name of its own; gives its ARN.
async function createMachine(definition = PASS, more = {}) {
  const created = await sfn.send(
    new CreateStateMachineCommand({
      name: uniqueName("js"),
      definition: JSON.stringify(definition),
      roleArn: ROLE,
      ...more,
    }),
  );
  return created.stateMachineArn;
}

// Starts an execution; gives its ARN.
async function start(stateMachineArn, more = {}) {
  const started = await sfn.send(new StartExecutionCommand({ stateMachineArn, ...more }));
  return started.executionArn;
}

// What DescribeExecution says once the execution has ended.
async function untilClosed(executionArn) {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (described.status !== "RUNNING") return described;
    if (Date.now() > deadline) throw new Error(`${executionArn} still runs`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

module.exports = { CONFIG, PASS, ROLE, WAIT, createMachine, sfn, start, uniqueName, untilClosed };
