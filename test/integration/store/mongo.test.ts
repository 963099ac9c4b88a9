import { describeMongo } from '../../support/mongo/index.js';
import { storeContract } from './contract.js';
import { mongoHarness } from './mongo-harness.js';

describeMongo('the MongoDB store', () => storeContract(mongoHarness));
