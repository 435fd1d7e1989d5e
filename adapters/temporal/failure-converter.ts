/** For clients and workers with encryption: messages and stacks of failures are payloads, too, which the codec encrypts. The SDK loads this file by its path. */
import { DefaultFailureConverter } from '@temporalio/common';

export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
