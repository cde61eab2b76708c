"""Calls of Guichet's backend with the shop's secret key."""
import requests

# Longer than the backend itself waits for a platform.
TIMEOUT = 40
TRIES = 3


class GuichetError(Exception):
    """What the backend refused: `code` is for programs, `str()` for the developer."""

    def __init__(self, problem):
        super().__init__(problem.get("detail") or problem.get("title") or "refused")
        self.code = problem.get("code", "")
        self.errors = problem.get("errors") or []


class NoAnswer(Exception):
    """Nobody knows whether it was done: the same request with the same key finds out."""


class Client:
    def __init__(self, endpoint, key):
        self.endpoint, self.key = endpoint.rstrip("/"), key

    def session(self, session, language=None):
        query = {} if language is None else self._markup(language)
        return self._call("GET", f"/v1/sessions/{session}", params=query)

    def new_session(self, body, key, language):
        return self._call("POST", "/v1/sessions", key, body, params=self._markup(language))

    @staticmethod
    def _markup(language):
        # The pages' policy lets no style in that stands in them.
        return {"markup": language, "style": "link"}

    def expire(self, session):
        return self._call("POST", f"/v1/sessions/{session}/expire")

    def refund(self, payment, amount, reason, key):
        body = {"amount": amount, "reason": reason}
        return self._call("POST", f"/v1/payments/{payment}/refunds", key, body)

    def refund_stands(self, payment, instruction):
        return self._call("GET", f"/v1/payments/{payment}/refunds/{instruction}")

    def _call(self, method, path, key=None, body=None, params=None):
        headers = {"Authorization": f"Bearer {self.key}"}
        if key:
            headers["Idempotency-Key"] = key
        for tried in range(1, TRIES + 1):
            try:
                answer = requests.request(
                    method, self.endpoint + path, json=body, params=params, headers=headers,
                    timeout=TIMEOUT, allow_redirects=False,
                )
                found = answer.json()
            except (requests.RequestException, ValueError) as error:
                if tried == TRIES:
                    raise NoAnswer(f"{method} {path}: {type(error).__name__}") from error
                continue
            if answer.ok:
                return found
            # Another request with this key is being worked on, or the backend could not say.
            again = answer.status_code >= 500 or found.get("code") in (
                "idempotency_in_flight", "too_many_requests")
            if again and tried < TRIES:
                continue
            if again:
                raise NoAnswer(f"{method} {path}: {found.get('code')}")
            raise GuichetError(found)
