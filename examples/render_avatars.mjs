// Renders cartoon faces whose attributes are known, for `datasets.avatars(data_dir=...)`.
//
//   npm install @dicebear/core@9.4.3 @dicebear/collection@9.4.3 @resvg/resvg-js@2.6.2
//   node examples/render_avatars.mjs --num 12000 --seed 0 --out runs/avatars
//   node examples/render_avatars.mjs --num 2000 --seed 1 --change eyes=open,glasses \
//     --out runs/avatars_glasses
//
// These two folders ship as keras_gan_zoo/assets/datasets/avatars and avatars_glasses. A folder holds
//   images.npy.xz  uint8 (num, size, size, 3), or (num, versions, size, size, 3) with --change
//   codes.npy      uint8 (num, attributes), or (num, versions, attributes): indices of values
//   faces.json     names of attributes and values, which ones others hide, designer, licence
//
// The script, not DiceBear, draws the value of every attribute, uniformly and independently, so
// that the same face can be drawn again with one value changed. Needs the program xz (Debian:
// xz-utils).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import * as collection from '@dicebear/collection';
import { createAvatar } from '@dicebear/core';
import { Resvg } from '@resvg/resvg-js';

// person: the attributes that decide the split of a face. They cannot be changed, so all versions
//   of a face have the same; and they show in every face, so equal pictures have the same.
// hidden: an attribute cannot be seen where all the attributes named behind it have one of these
//   values.
const STYLES = {
  personas: {
    person: ['body', 'clothingColor', 'hair', 'nose', 'skinColor'],
    hidden: {
      hairColor: { hair: ['bald', 'beanie', 'cap'], facialHair: ['none', 'shadow', 'soulPatch'] },
      mouth: { facialHair: ['beardMustache'] },
    },
  },
  bigSmile: {
    person: ['hair', 'hairColor', 'skinColor'],
    hidden: { eyes: { accessories: ['sleepMask'] }, mouth: { accessories: ['faceMask'] } },
  },
};

async function main() {
  const chosen = readOptions();
  const attributes = attributesOf(chosen.style);
  const change = readChange(chosen, attributes);
  const next = randomNumbers(chosen.seed);
  const shape = [chosen.num, ...(change ? [change.versions.length] : [])];
  const codes = [];
  fs.mkdirSync(chosen.out, { recursive: true });
  const images = compressed(path.join(chosen.out, 'images.npy.xz'));
  await images.write(npyHeader([...shape, chosen.size, chosen.size, 3]));
  for (let i = 0; i < chosen.num; i += 1) {
    const face = drawFace(attributes, next);
    for (const version of versionsOf(face, change)) {
      await images.write(render(chosen.style, version, attributes, chosen.size));
      for (const [name, { values }] of Object.entries(attributes)) {
        codes.push(values.indexOf(version[name]));
      }
    }
  }
  await images.close();
  const header = npyHeader([...shape, Object.keys(attributes).length]);
  replace(path.join(chosen.out, 'codes.npy'), Buffer.concat([header, Buffer.from(codes)]));
  const text = JSON.stringify(record(chosen, attributes, change), null, 1);
  replace(path.join(chosen.out, 'faces.json'), `${text}\n`);
}

function readOptions() {
  const text = (value) => ({ type: 'string', default: value });
  const { values } = parseArgs({
    options: {
      style: text('personas'),
      num: text('1000'),
      size: text('64'),
      seed: text('0'),
      out: text('runs/avatars'),
      change: { type: 'string' },  // NAME=VALUE,VALUE: every face once with each value
    },
  });
  if (!STYLES[values.style]) {
    fail(`--style: expected one of ${Object.keys(STYLES)}, received ${values.style}.`);
  }
  for (const name of ['num', 'size', 'seed']) {
    const number = Number(values[name]);
    if (!Number.isInteger(number) || number < (name === 'seed' ? 0 : 1)) {
      fail(`--${name}: expected a whole number, received ${values[name]}.`);
    }
    values[name] = number;
  }
  return values;
}

function readChange({ style, change }, attributes) {
  if (change === undefined) return null;
  const [name, list = ''] = change.split('=');
  const versions = list.split(',');
  const names = Object.keys(attributes).filter((key) => !STYLES[style].person.includes(key));
  if (!names.includes(name)) {
    fail(`--change: expected NAME=VALUE,VALUE with one of ${names}, received ${change}.`);
  }
  const unknown = versions.filter((value) => !attributes[name].values.includes(value));
  if (unknown.length || versions.length < 2) {
    fail(`--change: expected two or more values of ${attributes[name].values}, received ${list}.`);
  }
  return { name, versions };
}

// {name: {values, optional}} of all attributes with more than one value; optional ones can be 'none'.
function attributesOf(style) {
  const { properties } = collection[style].schema;
  const found = {};
  for (const [name, { type, items, default: values }] of Object.entries(properties)) {
    const optional = `${name}Probability` in properties;
    if (type !== 'array' || name.startsWith('background') || values.length < 2) continue;
    const prefix = items.pattern === undefined ? '' : '#';  // only colors have a pattern
    const named = [...new Set(values)].map((value) => prefix + value);
    found[name] = { values: optional ? ['none', ...named] : named, optional };
  }
  return found;
}

// Half of the faces lack what is optional.
function drawFace(attributes, next) {
  const face = {};
  for (const [name, { values, optional }] of Object.entries(attributes)) {
    const isThere = next() >= 0.5;
    const choices = optional ? values.slice(1) : values;
    const choice = choices[Math.floor(next() * choices.length)];
    face[name] = optional && !isThere ? 'none' : choice;
  }
  return face;
}

function versionsOf(face, change) {
  if (!change) return [face];
  return change.versions.map((value) => ({ ...face, [change.name]: value }));
}

// RGB bytes on white.
function render(style, face, attributes, size) {
  const options = { seed: '0', backgroundColor: ['ffffff'] };
  for (const [name, value] of Object.entries(face)) {
    options[name] = value === 'none' ? [] : [value.replace('#', '')];
    if (attributes[name].optional) options[`${name}Probability`] = value === 'none' ? 0 : 100;
  }
  const svg = createAvatar(collection[style], options).toString();
  const fitTo = { mode: 'width', value: size };
  const font = { loadSystemFonts: false };
  const rgba = new Resvg(svg, { fitTo, font, background: '#ffffff' }).render().pixels;
  return Buffer.from(rgba.filter((_, i) => i % 4 !== 3));
}

function record({ style, size, seed }, attributes, change) {
  const { creator, license, source } = collection[style].meta;
  const names = Object.entries(attributes).map(([name, { values }]) => [name, values]);
  return {
    style,
    size,
    seed,
    changed: change ? change.name : null,
    designer: creator,
    license: license.name,
    license_url: license.url,
    source,
    ...STYLES[style],
    attributes: Object.fromEntries(names),
  };
}

// Uniform in [0, 1): a 32-bit counter, mixed by multiplications and shifts (MurmurHash3's finalizer).
function randomNumbers(seed) {
  let counter = Math.imul(seed, 0x2545f491);
  return () => {
    counter = (counter + 0x9e3779b9) | 0;
    let bits = Math.imul(counter ^ (counter >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  };
}

// NumPy's format: a magic number, the length of a padded Python dict, the dict; then the bytes.
function npyHeader(shape) {
  const dict = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const padded = `${dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(padded.length);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(padded)]);
}

// A file that xz writes. Its dictionary spans thousands of faces: many share rows of pixels.
function compressed(file) {
  const part = `${file}.part`;
  const filter = '--lzma2=preset=9,dict=192MiB,lc=0,pb=0';
  const xz = spawn('xz', ['--stdout', '--check=crc32', filter], {
    stdio: ['pipe', fs.openSync(part, 'w'), 'inherit'],
  });
  xz.on('error', ({ message }) => {
    fs.rmSync(part);
    fail(`xz could not be run (${message}). Install it: apt-get install xz-utils`);
  });
  return {
    write: async (bytes) => {
      if (!xz.stdin.write(bytes)) await once(xz.stdin, 'drain');
    },
    close: async () => {
      xz.stdin.end();
      const [status] = await once(xz, 'close');
      if (status !== 0) fail(`xz ended with the status ${status}, so ${file} was not written.`);
      fs.renameSync(part, file);
    },
  };
}

function replace(file, content) {
  fs.writeFileSync(`${file}.part`, content);
  fs.renameSync(`${file}.part`, file);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

await main();
