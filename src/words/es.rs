//! Spanish. The shopper is called *usted*; questions and exclamations open with `¿` and `¡`. The
//! terms of a direct debit are those of the Spanish mandate of the European Payments Council.
//! Not yet read by somebody whose language it is.

use super::texts::Words;

/// The texts.
pub(super) static WORDS: Words = Words {
    order: "Pedido {reference}",
    to_pay: "Importe a pagar",
    choose: "¿Cómo desea pagar?",
    choose_other: "Elegir otra forma de pago",
    pay: "Pagar {amount}",
    pay_busy: "Un momento…",
    card: "Tarjeta de crédito o débito",
    card_other: "Otra tarjeta",
    direct_debit: "Domiciliación bancaria SEPA",
    terminal: "Tarjeta en el terminal",
    saved_name: "{brand}, tarjeta terminada en {digits}",
    saved_expires: "caduca {date}",
    saved_remove: "Eliminar",
    saved_remove_this: "Eliminar la tarjeta {brand} terminada en {digits}",
    saved_confirm: "¿Eliminar esta tarjeta?",
    saved_keep: "Conservar",
    saved_removed: "La tarjeta se ha eliminado.",
    saved_failed: "No se ha podido eliminar la tarjeta. Inténtelo de nuevo en unos instantes.",
    save_card: "Guardar esta tarjeta para mis próximas compras",
    platform_choice: "Elegir en la página de pago",
    formerly: "antes {name}",
    next_wallet: "Pagará en la página de {brand} y después volverá aquí.",
    next_card: "Introducirá su tarjeta en la página de pago segura y después volverá aquí.",
    next_transfer: "Elegirá su banco, confirmará allí el pago y después volverá aquí.",
    next_debit: "Indicará su IBAN, firmará una orden de domiciliación y después volverá aquí.",
    next_terminal: "Acerque su tarjeta al terminal de pago del mostrador.",
    next_embedded: "Introdúzcala aquí de forma segura, sin salir de la tienda.",
    next_meal: "La página de pago cargará primero su tarjeta {brand}. Si no es suficiente, le \
        pedirá después una tarjeta de crédito o débito.",
    next_holiday: "Confirmará el pago con su cuenta de Chèque-Vacances Connect. Si no es \
        suficiente, la página le pedirá después una tarjeta de crédito o débito.",
    next_choice: "La página de pago le ofrecerá todas las formas de pago que la tienda acepta.",
    eligible_meal: "Vales de comida (titres-restaurant): hasta {eligible} de {total}. {shop} fija \
        este límite y responde de él; la página de pago no lo comprueba.",
    voucher_daily: "Por ley, con vales de comida se pagan como máximo {limit} al día.",
    voucher_rest_days: "Su tarjeta puede ser rechazada los domingos y festivos.",
    below_minimum: "Para compras a partir de {limit}",
    above_maximum: "Para compras de hasta {limit}",
    choose_first: "Elija primero una forma de pago.",
    elsewhere_title: "Es posible que ya haya un pago en curso",
    elsewhere_body: "Puede seguir abierto en la página de pago o en otra pestaña. Si puede, \
        termínelo allí.",
    confirm_title: "¿Iniciar un segundo pago?",
    confirm_body: "Si el pago que ya está abierto también se completa, se le cobrará dos veces. La \
        tienda tendrá que devolverle entonces uno de los dos pagos.",
    confirm_pay: "Pagar {amount} de todos modos",
    confirm_stay: "No pagar ahora",
    card_title: "Su tarjeta",
    card_body: "Los campos siguientes son los de la plataforma de pago: {shop} no ve los datos de \
        su tarjeta.",
    card_opening: "Abriendo los campos de la tarjeta…",
    card_number: "Número de tarjeta",
    card_expiry: "Fecha de caducidad",
    card_code: "Código de seguridad",
    number_empty: "Introduzca el número de su tarjeta.",
    expiry_empty: "Introduzca la fecha de caducidad.",
    code_empty: "Introduzca el código de seguridad.",
    number_wrong: "Este número de tarjeta no es válido. Compruébelo.",
    expiry_wrong: "Esta fecha no es válida o ya ha pasado.",
    code_wrong: "Este código no está completo. Suele figurar en el reverso de la tarjeta.",
    card_brand: "Pagar con",
    card_unread: "No se ha podido comprobar su tarjeta. No se ha pagado nada. Compruebe su \
        conexión e inténtelo de nuevo.",
    card_unreachable: "No se puede acceder a la plataforma de pago en este momento. No se ha \
        pagado nada. Inténtelo de nuevo en unos instantes.",
    card_unknown: "No hemos recibido respuesta. Inténtelo de nuevo: se reanuda el mismo pago, no \
        pagará dos veces.",
    card_retype: "La plataforma de pago pide que introduzca la tarjeta una vez más.",
    ask_title: "Su banco",
    ask_bank: "Banco en el que confirmará el pago",
    bank_choose: "Elegir de la lista",
    bank_other: "Otro banco, en la página siguiente",
    bank_empty: "Elija su banco.",
    bank_wrong: "Este banco no está disponible. Elija otro.",
    ask_iban: "IBAN de la cuenta de cargo",
    iban_empty: "Introduzca su IBAN.",
    iban_wrong: "Este IBAN no es válido: hay un carácter equivocado. Compárelo con el que le ha \
        dado su banco.",
    iban_characters: "Un IBAN empieza por dos letras y solo contiene letras y cifras.",
    iban_length: "Este IBAN no es válido: es demasiado corto o demasiado largo. Compárelo con el \
        que le ha dado su banco.",
    iban_country: "Aquí no se puede hacer el cargo en una cuenta de este país. Utilice otra cuenta \
        o elija otra forma de pago.",
    mandate: "Mediante la firma de la orden de domiciliación, autoriza a {shop} a enviar \
        instrucciones a su entidad bancaria para adeudar su cuenta, y a su entidad a efectuar el \
        adeudo. Puede solicitar el reembolso a su entidad dentro de las 8\u{a0}semanas que siguen \
        a la fecha de adeudo en cuenta.",
    mandate_next: "Firmará la orden de domiciliación en la página siguiente.",
    go_on: "Continuar",
    leaving_title: "Abriendo la página de pago",
    leaving_body: "Introducirá sus datos en la página de pago segura. No cierre esta ventana.",
    waiting_title: "Pendiente de confirmación",
    waiting_body: "Estamos esperando la respuesta de la plataforma de pago. Esta página se \
        actualiza sola: no es necesario pagar una segunda vez.",
    waiting_other: "No he pagado: ver las formas de pago",
    terminal_title: "Siga el terminal",
    terminal_body: "{amount} a pagar en {till}: acerque su tarjeta y siga el terminal. Su tecla \
        roja cancela.",
    terminal_left: "Espera {minutes} min más.",
    paid_title: "Pago aceptado",
    paid_body: "¡Gracias! {shop} ha recibido su pago de {amount}.",
    paid_debit: "¡Gracias! {shop} cargará {amount} en su cuenta.",
    authorised_title: "Pago autorizado",
    authorised_body: "¡Gracias! Se ha reservado el importe de {amount}. {shop} lo cobrará cuando \
        tramite su pedido.",
    parts: "Detalle del pago",
    part_voucher: "Vale {brand}",
    part_complement: "Resto con tarjeta",
    part_card: "Tarjeta de crédito o débito",
    part_pending: "pendiente",
    part_refused: "rechazado",
    refused_title: "Pago rechazado",
    refusal_issuer: "Su banco o el emisor del vale ha rechazado este pago sin indicar el motivo.",
    refusal_funds: "El saldo o el límite de esta tarjeta no es suficiente para este importe.",
    refusal_card_data: "El número, la fecha o el código de seguridad no es correcto, o la tarjeta \
        ha caducado.",
    refusal_authentication: "La autenticación que ha pedido su banco no se ha completado.",
    refusal_not_accepted: "Esta tarjeta no se acepta para este pago.",
    refusal_timed_out: "Se ha agotado el tiempo en la página de pago.",
    refusal_held: "Rechazado. Su banco puede mostrar el importe como retenido durante unos días; \
        no se cobra.",
    refusal_technical: "El banco o la plataforma no ha respondido a tiempo.",
    refusal_cancelled: "El pago se ha cancelado en el terminal.",
    refusal_busy: "El terminal está ocupado con otro pago. No se ha iniciado nada. Inténtelo de \
        nuevo dentro de un momento.",
    cancelled_title: "Pago abandonado",
    cancelled_body: "Ha salido de la página de pago antes de terminar. Su pedido no está pagado.",
    incomplete_title: "Pago incompleto",
    incomplete_body: "Importe aceptado: {accepted} de {total}. El resto no se ha pagado: su pedido \
        no está liquidado.",
    held_title: "Una parte puede quedar retenida",
    held_body: "La parte pagada con vale, {accepted}, puede quedar retenida por su emisor. Si no \
        se le devuelve, póngase en contacto con {shop} e indique el pedido {reference}.",
    held_full: "Un nuevo pago será por el importe total: {total}.",
    surplus_title: "También se ha cobrado un segundo pago",
    surplus_body: "Importe cobrado de más por este pedido: {accepted}. Póngase en contacto con \
        {shop} e indique la referencia {reference} para que se lo devuelvan.",
    no_more: "Aquí no se puede hacer ningún otro pago. Póngase en contacto con {shop} e indique el \
        pedido {reference}.",
    expired_title: "El plazo para pagar ha terminado",
    expired_body: "Vuelva a su cesta para empezar de nuevo.",
    expired_started: "Si acaba de pagar, la tienda lo sabrá: compruebe su pedido antes de volver a \
        pagar.",
    paid_elsewhere_title: "Este pedido ya está pagado",
    paid_elsewhere_body: "Se ha pagado en otra página. Aquí no queda nada por pagar. En caso de \
        duda, póngase en contacto con {shop} e indique el pedido {reference}.",
    offline_title: "Conexión interrumpida",
    offline_body: "El servicio de pago no responde. Compruebe su conexión: conservamos su elección \
        y comprobaremos en qué punto está el pago antes de continuar.",
    broken_title: "El pago no está disponible",
    broken_body: "En este momento no se puede pagar en esta página. Póngase en contacto con la \
        tienda; volver a intentarlo no servirá de nada.",
    broken_retry: "El servicio de pago tiene un problema. Inténtelo de nuevo en unos instantes.",
    retry: "Intentar de nuevo",
    trouble_platform: "No se puede acceder a la página de pago en este momento. No se ha iniciado \
        ningún pago. Inténtelo de nuevo en unos instantes.",
    trouble_method: "Esta forma de pago ya no está disponible. Elija otra.",
    trouble_too_many: "Se han iniciado demasiados pagos para este pedido. Póngase en contacto con \
        la tienda.",
    trouble_fields: "Los campos de la tarjeta no se abren. No se ha pagado nada. Inténtelo de \
        nuevo o elija otra forma de pago.",
    trouble_expired: "Se ha agotado el tiempo para introducir los datos. Pulse otra vez el botón \
        de pago para empezar de nuevo.",
    trouble_card: "Esta tarjeta ya no está guardada. Elija otra forma de pago.",
    trouble_leave: "Esta página impide que su navegador vaya a la página de pago. No se ha pagado \
        nada. Elija otra forma de pago o póngase en contacto con la tienda.",
    trouble_other: "No se ha podido iniciar el pago. Inténtelo de nuevo en unos instantes.",
    back_to_shop: "Volver a {shop}",
    link_title: "Pagar su pedido",
    link_body: "Este enlace sirve una sola vez. Continúe para elegir cómo pagar.",
    link_over: "Este enlace ya se ha usado o ha caducado. Pida otro a la tienda.",
};
