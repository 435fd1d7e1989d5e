/** Names our own script gives to what it counts; shared with the script's writer. */
export const answersMetric = 'responder_answers';
export const startedMetric = 'responder_started';
export const unansweredKey = 'unanswered when the load ended';
export const timeoutKey = 'timeout';
export const notAllowedKey = 'address not allowed';
