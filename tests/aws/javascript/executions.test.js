"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const {
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  DeleteStateMachineCommand,
  ExecutionAlreadyExists,
  ExecutionNotRedrivable,
  GetExecutionHistoryCommand,
  InvalidDefinition,
  RedriveExecutionCommand,
  SFNServiceException,
  StartSyncExecutionCommand,
  StateMachineDoesNotExist,
  StateMachineTypeNotSupported,
  StopExecutionCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
  ValidationException,
  ListExecutionsCommand,
  paginateGetExecutionHistory,
  paginateListExecutions,
  paginateListStateMachines,
} = require("@aws-sdk/client-sfn");
const { PASS, ROLE, WAIT, createMachine, sfn, start, untilClosed } = require("./clients.js");

const FAIL = { StartAt: "F", States: { F: { Type: "Fail", Error: "E", Cause: "because" } } };

async function allOf(pages, member) {
  const all = [];
  for await (const page of pages) all.push(...page[member]);
  return all;
}

test("an execution runs and tells its history in pages", async () => {
  const before = Date.now();
  const executionArn = await start(await createMachine(), { name: "x", input: '{"a":1}' });
  const ended = await untilClosed(executionArn);
  assert.equal(ended.status, "SUCCEEDED");
  assert.deepEqual(JSON.parse(ended.output), { a: 1 });
  assert.ok(ended.startDate instanceof Date && ended.stopDate >= ended.startDate);
  assert.ok(Math.abs(ended.startDate - before) < 60_000);

  const pages = paginateGetExecutionHistory({ client: sfn, pageSize: 1 }, { executionArn });
  const events = await allOf(pages, "events");
  assert.deepEqual(
    events.map((event) => event.type),
    ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"],
  );
  assert.equal(events[0].executionStartedEventDetails.roleArn, ROLE);
  assert.ok(events[0].timestamp instanceof Date);
});

test("a history is read backwards, and without data", async () => {
  const executionArn = await start(await createMachine(), { input: '"secret"' });
  await untilClosed(executionArn);
  const { events } = await sfn.send(
    new GetExecutionHistoryCommand({
      executionArn,
      reverseOrder: true,
      includeExecutionData: false,
    }),
  );
  assert.deepEqual(
    events.map((event) => event.id),
    [4, 3, 2, 1],
  );
  assert.equal(events[0].executionSucceededEventDetails.output, undefined);
});

test("lists come in pages", async () => {
  const stateMachineArn = await createMachine();
  const names = ["a", "b", "c"];
  for (const name of names) await untilClosed(await start(stateMachineArn, { name }));
  const pages = paginateListExecutions({ client: sfn, pageSize: 2 }, { stateMachineArn });
  const executions = await allOf(pages, "executions");
  assert.deepEqual(executions.map((execution) => execution.name).sort(), names);
  const machines = await allOf(paginateListStateMachines({ client: sfn }, {}), "stateMachines");
  assert.ok(machines.some((machine) => machine.stateMachineArn === stateMachineArn));
});

test("a stopped execution is aborted", async () => {
  const executionArn = await start(await createMachine(WAIT));
  const { stopDate } = await sfn.send(
    new StopExecutionCommand({ executionArn, error: "E", cause: "C" }),
  );
  assert.ok(stopDate instanceof Date);
  const ended = await untilClosed(executionArn);
  assert.deepEqual([ended.status, ended.error, ended.cause], ["ABORTED", "E", "C"]);
});

test("a failed execution is redriven", async () => {
  const stateMachineArn = await createMachine(FAIL);
  const executionArn = await start(stateMachineArn);
  assert.equal((await untilClosed(executionArn)).redriveStatus, "REDRIVABLE");
  const redriven = await sfn.send(new RedriveExecutionCommand({ executionArn }));
  assert.ok(redriven.redriveDate instanceof Date);
  assert.equal((await untilClosed(executionArn)).redriveCount, 1);
  const { executions } = await sfn.send(
    new ListExecutionsCommand({ stateMachineArn, redriveFilter: "REDRIVEN" }),
  );
  assert.deepEqual(
    executions.map((execution) => execution.executionArn),
    [executionArn],
  );
  const done = await start(await createMachine());
  await untilClosed(done);
  await assert.rejects(
    sfn.send(new RedriveExecutionCommand({ executionArn: done })),
    (error) => error instanceof ExecutionNotRedrivable,
  );
});

test("an EXPRESS execution is waited for", async () => {
  const stateMachineArn = await createMachine(PASS, { type: "EXPRESS" });
  const ended = await sfn.send(new StartSyncExecutionCommand({ stateMachineArn, input: "[1]" }));
  assert.deepEqual([ended.status, ended.output], ["SUCCEEDED", "[1]"]);
  assert.equal(ended.billingDetails.billedMemoryUsedInMB, 64);
  await assert.rejects(
    sfn.send(new StartSyncExecutionCommand({ stateMachineArn: await createMachine() })),
    (error) => error instanceof StateMachineTypeNotSupported,
  );
});

test("an EXPRESS execution that fails is no exception", async () => {
  const stateMachineArn = await createMachine(FAIL, { type: "EXPRESS" });
  const ended = await sfn.send(new StartSyncExecutionCommand({ stateMachineArn }));
  assert.deepEqual([ended.status, ended.error, ended.cause], ["FAILED", "E", "because"]);
});

test("an updated state machine runs its new definition", async () => {
  const stateMachineArn = await createMachine();
  const definition = JSON.stringify(FAIL);
  const updated = await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
  assert.ok(updated.updateDate instanceof Date);
  assert.ok(updated.revisionId);
  const machine = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  assert.deepEqual([machine.definition, machine.status], [definition, "ACTIVE"]);
  const executionArn = await start(stateMachineArn);
  assert.equal((await untilClosed(executionArn)).status, "FAILED");
  const ran = await sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
  assert.deepEqual([ran.definition, ran.revisionId], [definition, updated.revisionId]);
});

test("a definition is validated", async () => {
  const good = await sfn.send(
    new ValidateStateMachineDefinitionCommand({ definition: JSON.stringify(PASS) }),
  );
  assert.deepEqual([good.result, good.diagnostics], ["OK", []]);
  const bad = await sfn.send(new ValidateStateMachineDefinitionCommand({ definition: "{}" }));
  assert.equal(bad.result, "FAIL");
  assert.ok(bad.diagnostics[0].message);
});

test("errors are instances of the SDK's classes", async () => {
  const stateMachineArn = await createMachine();
  const absent = `${stateMachineArn}-not`;
  await assert.rejects(start(absent), (error) => {
    assert.ok(error instanceof StateMachineDoesNotExist);
    assert.ok(error instanceof SFNServiceException);
    assert.deepEqual([error.name, error.$fault], ["StateMachineDoesNotExist", "client"]);
    assert.match(error.message, /State Machine Does Not Exist/);
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.ok(error.$metadata.requestId);
    return true;
  });
  await start(stateMachineArn, { name: "x", input: "1" });
  await assert.rejects(
    start(stateMachineArn, { name: "x", input: "2" }),
    (error) => error instanceof ExecutionAlreadyExists,
  );
  await assert.rejects(
    createMachine({}),
    (error) => error instanceof InvalidDefinition && /SCHEMA_VALIDATION/.test(error.message),
  );
  await assert.rejects(
    sfn.send(new ListExecutionsCommand({})),
    (error) => error instanceof ValidationException,
  );
});

test("a deleted state machine is gone", async () => {
  const stateMachineArn = await createMachine();
  await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
  await assert.rejects(
    sfn.send(new DescribeStateMachineCommand({ stateMachineArn })),
    (error) => error instanceof StateMachineDoesNotExist,
  );
});
