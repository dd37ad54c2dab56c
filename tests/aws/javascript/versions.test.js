"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const {
  ConflictException,
  CreateStateMachineAliasCommand,
  DeleteStateMachineAliasCommand,
  DeleteStateMachineVersionCommand,
  DescribeStateMachineAliasCommand,
  ListStateMachineAliasesCommand,
  ListStateMachineVersionsCommand,
  PublishStateMachineVersionCommand,
  ResourceNotFound,
  UpdateStateMachineAliasCommand,
  UpdateStateMachineCommand,
} = require("@aws-sdk/client-sfn");
const { PASS, createMachine, sfn, start, untilClosed } = require("./clients.js");

const toVersion = (stateMachineVersionArn) => [{ stateMachineVersionArn, weight: 100 }];

async function publish(stateMachineArn, description) {
  const published = await sfn.send(
    new PublishStateMachineVersionCommand({ stateMachineArn, description }),
  );
  return published.stateMachineVersionArn;
}

async function twoVersions() {
  const stateMachineArn = await createMachine();
  const one = await publish(stateMachineArn, "one");
  const definition = JSON.stringify({ ...PASS, Comment: "two" });
  const updated = await sfn.send(
    new UpdateStateMachineCommand({ stateMachineArn, definition, publish: true }),
  );
  return { stateMachineArn, one, two: updated.stateMachineVersionArn };
}

test("versions are published, listed and deleted", async () => {
  const { stateMachineArn, one, two } = await twoVersions();
  assert.deepEqual([one, two], [`${stateMachineArn}:1`, `${stateMachineArn}:2`]);
  const list = async () => {
    const listed = await sfn.send(new ListStateMachineVersionsCommand({ stateMachineArn }));
    return listed.stateMachineVersions.map((version) => version.stateMachineVersionArn);
  };
  assert.deepEqual(await list(), [two, one]);
  await sfn.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: one }));
  assert.deepEqual(await list(), [two]);
});

test("an alias leads starts to its version", async () => {
  const { stateMachineArn, one, two } = await twoVersions();
  const { stateMachineAliasArn } = await sfn.send(
    new CreateStateMachineAliasCommand({ name: "live", routingConfiguration: toVersion(one) }),
  );
  const first = await untilClosed(await start(stateMachineAliasArn));
  assert.deepEqual(
    [first.stateMachineAliasArn, first.stateMachineVersionArn],
    [stateMachineAliasArn, one],
  );
  const routingConfiguration = toVersion(two);
  await sfn.send(
    new UpdateStateMachineAliasCommand({ stateMachineAliasArn, routingConfiguration }),
  );
  const second = await untilClosed(await start(stateMachineAliasArn));
  assert.equal(second.stateMachineVersionArn, two);
  const described = await sfn.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }));
  assert.equal(described.name, "live");
  assert.deepEqual(described.routingConfiguration, routingConfiguration);
  const listed = await sfn.send(new ListStateMachineAliasesCommand({ stateMachineArn }));
  assert.deepEqual(
    listed.stateMachineAliases.map((alias) => alias.stateMachineAliasArn),
    [stateMachineAliasArn],
  );
});

test("a version that an alias leads to stays", async () => {
  const { one } = await twoVersions();
  const { stateMachineAliasArn } = await sfn.send(
    new CreateStateMachineAliasCommand({ name: "live", routingConfiguration: toVersion(one) }),
  );
  const remove = () =>
    sfn.send(new DeleteStateMachineVersionCommand({ stateMachineVersionArn: one }));
  await assert.rejects(remove(), (error) => error instanceof ConflictException);
  await sfn.send(new DeleteStateMachineAliasCommand({ stateMachineAliasArn }));
  await assert.rejects(
    sfn.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn })),
    (error) => error instanceof ResourceNotFound,
  );
  await remove();
});
