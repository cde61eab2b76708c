import 'guichet-checkout';
import type { GuichetBeforePayEvent } from 'guichet-checkout';
import type {} from 'guichet-checkout/react';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

interface Session {
  session: string;
  backend: string;
}

function App() {
  const [session, setSession] = useState<Session>();
  const [accepted, setAccepted] = useState(false);
  const [told, setTold] = useState('');

  // The shop's server has made the session with its secret key, and knows the backend.
  useEffect(() => {
    const load = async () => {
      const answer = await fetch('./session', { method: 'POST' });
      setSession((await answer.json()) as Session);
    };
    load().catch(() => setTold('The payment can’t be shown. Please reload the page.'));
  }, []);

  // The shop's own rule: no payment before the terms are accepted.
  const beforePay = (event: GuichetBeforePayEvent) => {
    setTold(accepted ? '' : 'Please accept the terms of sale first.');
    if (!accepted) event.preventDefault();
  };

  return (
    <>
      <h1>Your order</h1>
      <p>
        <label>
          <input
            type="checkbox"
            data-testid="terms"
            checked={accepted}
            onChange={(event) => setAccepted(event.target.checked)}
          />{' '}
          I accept the terms of sale
        </label>
      </p>
      <p data-testid="told" role="alert">
        {told}
      </p>
      {session && (
        <guichet-checkout
          session={session.session}
          backend={session.backend}
          onguichet:before-pay={beforePay}
          onguichet:complete={() => setTold('Thank you for your order.')}
        />
      )}
    </>
  );
}

createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
