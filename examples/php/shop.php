<?php
// A shop's server in plain PHP: makes a session, prints the widget, is told, delivers once, refunds.
//   GUICHET_URL=https://pay.shop.example GUICHET_KEY=… GUICHET_WEBHOOK_SECRET=whsec_… \
//   SHOP_URL=https://shop.example SHOP_DATA=/var/lib/shop php -S 127.0.0.1:8700 shop.php

// docs:begin
/** The message, if Guichet signed it within the last five minutes; otherwise null. */
function verified(string $secret, array $headers, string $body): ?array
{
    [$id, $time, $signatures] = [$headers['webhook-id'] ?? '', $headers['webhook-timestamp'] ?? '',
        $headers['webhook-signature'] ?? ''];
    if (!ctype_digit($time) || abs(time() - (int) $time) > 300) {
        return null;
    }
    $key = base64_decode(substr($secret, strlen('whsec_')), true);
    $mine = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$time.$body", $key, true));
    foreach (explode(' ', $signatures) as $signature) {
        if (hash_equals($mine, $signature)) {
            return json_decode($body, true);
        }
    }
    return null;
}
// docs:end

/** A call of the backend with the shop's key. */
function guichet(string $path, array $body, string $idempotencyKey): array
{
    $headers = ['Authorization: Bearer ' . getenv('GUICHET_KEY'), 'Content-Type: application/json',
        "Idempotency-Key: $idempotencyKey"];
    $context = stream_context_create(['http' => ['method' => 'POST', 'header' => $headers,
        'content' => json_encode($body)]]);
    return json_decode(file_get_contents(getenv('GUICHET_URL') . $path, false, $context), true);
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$data = getenv('SHOP_DATA');
if ($_SERVER['REQUEST_METHOD'] === 'POST' && $path === '/webhook') {
    $headers = array_change_key_case(getallheaders());
    $message = verified(getenv('GUICHET_WEBHOOK_SECRET'), $headers, file_get_contents('php://input'));
    if ($message === null) {
        http_response_code(400);
        exit;
    }
    $order = basename($message['data']['reference']);
    if ($message['type'] === 'payment.refunded') {
        touch("$data/$order.refunded");
    }
    // Deliver on this, once: a message may come again, and "x" makes no file that is there.
    if ($message['type'] === 'session.paid' && ($paid = @fopen("$data/$order.paid", 'x'))) {
        fwrite($paid, $message['data']['payment']['id']);
        file_put_contents("$data/delivered.log", "$order\n", FILE_APPEND | LOCK_EX);
    }
    http_response_code(204);
} elseif ($_SERVER['REQUEST_METHOD'] === 'POST' && preg_match('#^/order/([a-z0-9-]+)/refund$#', $path, $found)) {
    // Whoever asks has to be an employee: a real shop looks at that here.
    $payment = file_get_contents("$data/$found[1].paid");
    guichet("/v1/payments/$payment/refunds", ['reason' => 'sent back'], "refund-$found[1]");
    header("Location: /order/$found[1]", true, 303);
} elseif ($_SERVER['REQUEST_METHOD'] === 'POST' && $path === '/order') {
    $order = 'php-' . bin2hex(random_bytes(8));
    // The price is the server's own. Keep the order before anybody is asked to pay it.
    $session = guichet('/v1/sessions', ['reference' => $order, 'amount' => 4200, 'currency' => 'EUR',
        'items' => 1, 'return_url' => getenv('SHOP_URL') . "/order/$order",
        'shopper' => ['name' => ['first' => 'Camille', 'last' => 'Durand'],
            'email' => 'camille@example.com', 'phone' => '+33612345678',
            'address' => ['line1' => '12 rue des Lilas', 'postal_code' => '75011', 'city' => 'Paris',
                'country' => 'FR']]], $order);
    file_put_contents("$data/$order.json", json_encode($session));
    header("Location: /order/$order", true, 303);
} elseif (preg_match('#^/order/([a-z0-9-]+)$#', $path, $found) && is_file("$data/$found[1].json")) {
    $secret = htmlspecialchars(json_decode(file_get_contents("$data/$found[1].json"), true)['secret']);
    $guichet = htmlspecialchars(getenv('GUICHET_URL'));
    $paid = is_file("$data/$found[1].paid") ? 'paid' : 'to be paid';
    $paid = is_file("$data/$found[1].refunded") ? 'refunded' : $paid;
    echo "<!doctype html><html lang=\"en\"><title>Order</title><h1>Order $found[1] is $paid</h1>
        <script type=\"module\" src=\"$guichet/guichet.js\"></script>
        <guichet-checkout session=\"$secret\"></guichet-checkout>";
} else {
    http_response_code(404);
}
