// What the page promises, each with its proof. The longest come first, so that none is left over.

import { accessClaims } from './access.js';
import { outageClaims } from './outage.js';
import { rateClaims } from './rate.js';
import { recordClaims } from './record.js';
import { runClaims } from './run.js';
import { signInClaims } from './sign_in.js';
import { stateClaims } from './states.js';
import { templateClaims } from './template.js';
import { trialClaims } from './trial.js';

/** Each is a sentence, its proof, and what the browser is to be. */
export const claims = [
  ...signInClaims,
  ...stateClaims,
  ...outageClaims,
  ...runClaims,
  ...accessClaims,
  ...rateClaims,
  ...recordClaims,
  ...templateClaims,
  ...trialClaims,
];
