#!/usr/bin/env -S node --import tsx
import { main } from '../src/cli/main.ts';

await main(import.meta.url);
