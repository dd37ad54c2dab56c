// A zip archive of one stored file, as deployments of functions carry their code. Node.js has
// deflate and no archives.
"use strict";

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;
const VERSION_NEEDED = 20;
const MADE_ON_UNIX = 3 << 8;
const READABLE_FILE = 0o100644 * 0x10000;
// 1980-01-01, the first day that archives know.
const DATE = 0x21;

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

// Fields as [size in bytes, value], in the order of the format (PKWARE APPNOTE, 4.3).
function record(fields) {
  const bytes = Buffer.alloc(fields.reduce((size, [width]) => size + width, 0));
  let place = 0;
  for (const [width, value] of fields) place = bytes.writeUIntLE(value, place, width);
  return bytes;
}

// Bytes of an archive that holds `text` under `name`.
function zipArchive(name, text) {
  const path = Buffer.from(name);
  const content = Buffer.from(text);
  const described = [
    [2, VERSION_NEEDED],
    [2, 0], // flags
    [2, 0], // stored
    [2, 0], // time
    [2, DATE],
    [4, crc32(content)],
    [4, content.length],
    [4, content.length],
    [2, path.length],
    [2, 0], // extra field
  ];
  const local = Buffer.concat([record([[4, LOCAL_HEADER], ...described]), path, content]);
  const central = Buffer.concat([
    record([
      [4, CENTRAL_HEADER],
      [2, MADE_ON_UNIX | VERSION_NEEDED],
      ...described,
      [2, 0], // comment
      [2, 0], // disk
      [2, 0], // internal attributes
      [4, READABLE_FILE],
      [4, 0], // where the local header is
    ]),
    path,
  ]);
  const end = record([
    [4, END_OF_DIRECTORY],
    [2, 0], // this disk
    [2, 0], // the directory's disk
    [2, 1],
    [2, 1],
    [4, central.length],
    [4, local.length],
    [2, 0], // comment
  ]);
  return Buffer.concat([local, central, end]);
}

module.exports = { zipArchive };
