/** One k6 threshold: `p(95)<500`, `rate<0.01`, `count>0`, `med<=200`. `stat` is spelled as in a summary's values (`med`, `p(95)`). */
export interface ThresholdExpression {
  stat: string;
  /** The percentile of a `p(N)` or `med`, 0..1; null for other statistics. */
  quantile: number | null;
  operator: '<' | '<=' | '>' | '>=' | '==' | '!=';
  limit: number;
}

const form =
  /^\s*(avg|min|max|med|count|rate|value|p\(\s*(\d+(?:\.\d+)?)\s*\))\s*(<=|>=|===|==|!=|<|>)\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?)\s*$/i;

/** Reads a threshold as k6 writes it; null when it is not one. */
export function parseThreshold(expression: string): ThresholdExpression | null {
  const [, stat, percentile, operator, limit] = form.exec(expression) ?? [];
  if (stat === undefined || operator === undefined || limit === undefined) return null;
  const parsed = operator === '===' ? '==' : operator;
  if (!isOperator(parsed)) return null;
  const isMedian = stat === 'med' || Number(percentile) === 50;
  return {
    stat: isMedian ? 'med' : percentile === undefined ? stat : `p(${Number(percentile)})`,
    quantile: isMedian ? 0.5 : percentile === undefined ? null : Number(percentile) / 100,
    operator: parsed,
    limit: Number(limit),
  };
}

function isOperator(text: string): text is ThresholdExpression['operator'] {
  return ['<', '<=', '>', '>=', '==', '!='].includes(text);
}

export function holds(expression: ThresholdExpression, observed: number): boolean {
  switch (expression.operator) {
    case '<':
      return observed < expression.limit;
    case '<=':
      return observed <= expression.limit;
    case '>':
      return observed > expression.limit;
    case '>=':
      return observed >= expression.limit;
    case '==':
      return observed === expression.limit;
    case '!=':
      return observed !== expression.limit;
  }
}
