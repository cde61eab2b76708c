/** What Guichet tells of a payment. Amounts are minor units. */
export interface Payment {
  id: string;
  method: string;
  surplus: boolean;
  accepted: number;
}

export interface Session {
  id: string;
  reference: string;
  amount: number;
  currency: string;
  status: string;
  settled_by?: string | null;
  payments: Payment[];
  markup?: string | null;
  left_out?: { method: string; errors: FieldProblem[] }[];
}

export interface FieldProblem {
  field: string;
  problem: string;
}

export interface Instruction {
  id: string;
  status: string;
  done: number;
  operations: { why?: string | null; code?: string | null }[];
}

/** What the backend refused: `code` is for programs, the message for the developer. */
export class GuichetError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly errors: FieldProblem[] = [],
    /** In how many seconds the same may succeed, where that is known. */
    readonly retryAfter?: number,
  ) {
    super(message);
  }
}

/** Nobody knows whether it was done: the same request with the same key finds out. */
export class NoAnswer extends Error {}

/** Longer than the backend itself waits for a platform. */
const TIMEOUT = 40_000;
const TRIES = 3;

/** Calls of Guichet's backend with the shop's secret key. */
export class Client {
  constructor(
    private readonly backend: string,
    private readonly key: string,
  ) {}

  async find(reference: string): Promise<Session[]> {
    const query = new URLSearchParams({ reference, limit: '100' });
    const found = await this.call<{ sessions: Session[] }>('GET', `/v1/sessions?${query}`);
    return found.sessions;
  }

  session(id: string, language?: string): Promise<Session> {
    const query = language === undefined ? '' : `?${new URLSearchParams({ markup: language })}`;
    return this.call('GET', `/v1/sessions/${id}${query}`);
  }

  create(body: object, key: string, language: string): Promise<Session> {
    const query = new URLSearchParams({ markup: language });
    return this.call('POST', `/v1/sessions?${query}`, body, key);
  }

  expire(id: string): Promise<Session> {
    return this.call('POST', `/v1/sessions/${id}/expire`);
  }

  refund(payment: string, amount: number, reason: string, key: string): Promise<Instruction> {
    return this.call('POST', `/v1/payments/${payment}/refunds`, { amount, reason }, key);
  }

  refundStands(payment: string, instruction: string): Promise<Instruction> {
    return this.call('GET', `/v1/payments/${payment}/refunds/${instruction}`);
  }

  private async call<T>(method: string, path: string, body?: object, key?: string): Promise<T> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.key}` };
    if (body) headers['Content-Type'] = 'application/json';
    if (key) headers['Idempotency-Key'] = key;
    let story = '';
    for (let tried = 0; tried < TRIES; tried += 1) {
      let answer: Response;
      let found: any;
      try {
        answer = await fetch(this.backend + path, {
          method,
          headers,
          body: body && JSON.stringify(body),
          redirect: 'error',
          signal: AbortSignal.timeout(TIMEOUT),
        });
        found = await answer.json();
      } catch (error) {
        story = String(error);
        continue;
      }
      if (answer.ok) return found as T;
      story = found.code;
      // Another request with this key is being worked on, or the backend could not say.
      const again = ['idempotency_in_flight', 'too_many_requests'].includes(found.code);
      if (answer.status < 500 && !again) {
        const said = found.errors?.map((error: FieldProblem) => error.problem).join('; ');
        const after = Number(answer.headers.get('retry-after')) || undefined;
        throw new GuichetError(found.code, said || found.detail, found.errors, after);
      }
    }
    throw new NoAnswer(`${method} ${path.split('?')[0]}: ${story}`);
  }
}
