// Writes the texts of licences, one file each: node licences.cjs FOLDER ID...
const fs = require('fs');
const path = require('path');

const [folder, ...ids] = process.argv.slice(2);
fs.mkdirSync(folder, { recursive: true });
for (const id of ids) {
  const text = require(`spdx-license-list/licenses/${id}`).licenseText;
  fs.writeFileSync(path.join(folder, `${id}.txt`), text.replace(/\r\n/g, '\n').trimEnd() + '\n');
}
