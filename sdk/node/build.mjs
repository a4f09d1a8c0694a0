// Compiles src/ twice: as ES modules and as CommonJS, each with its types.
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const commonjs = ['--module', 'CommonJS', '--moduleResolution', 'Node10', '--outDir', 'dist/cjs'];

rmSync('dist', { recursive: true, force: true });
for (const options of [[], commonjs]) {
  execFileSync(process.execPath, [compiler, ...options], { stdio: 'inherit' });
}
writeFileSync('dist/cjs/package.json', '{"type": "commonjs"}\n');
