//! Portuguese of Portugal, in words that are read in Brazil as well. The shopper is addressed in
//! the third person, without a pronoun. The terms of a direct debit are those of the Portuguese
//! mandate of the European Payments Council.
//! Not yet read by somebody whose language it is.

use super::texts::Words;

/// The texts.
pub(super) static WORDS: Words = Words {
    order: "Encomenda {reference}",
    to_pay: "Valor a pagar",
    choose: "Como deseja pagar?",
    choose_other: "Escolher outra forma de pagamento",
    pay: "Pagar {amount}",
    pay_busy: "Um momento…",
    card: "Cartão de crédito ou débito",
    card_other: "Outro cartão",
    direct_debit: "Débito direto SEPA",
    terminal: "Cartão no terminal",
    saved_name: "{brand}, cartão terminado em {digits}",
    saved_expires: "válido até {date}",
    saved_remove: "Remover",
    saved_remove_this: "Remover o cartão {brand} terminado em {digits}",
    saved_confirm: "Remover este cartão?",
    saved_keep: "Manter",
    saved_removed: "O cartão foi removido.",
    saved_failed: "Não foi possível remover o cartão. Tente novamente dentro de momentos.",
    save_card: "Guardar este cartão para as minhas próximas compras",
    platform_choice: "Escolher na página de pagamento",
    formerly: "antes {name}",
    next_wallet: "Vai pagar na página de {brand} e depois voltar aqui.",
    next_card: "Vai introduzir o cartão na página de pagamento segura e depois voltar aqui.",
    next_transfer: "Vai escolher o seu banco, confirmar aí o pagamento e depois voltar aqui.",
    next_debit: "Vai indicar o seu IBAN, assinar uma autorização de débito direto e depois voltar \
        aqui.",
    next_terminal: "Aproxime o seu cartão do terminal de pagamento do balcão.",
    next_embedded: "Introdução segura aqui mesmo, sem sair da loja.",
    next_meal: "A página de pagamento debita primeiro o seu cartão {brand}. Se não for suficiente, \
        pede depois um cartão de crédito ou débito.",
    next_holiday: "Vai confirmar o pagamento com a sua conta Chèque-Vacances Connect. Se não for \
        suficiente, a página pede depois um cartão de crédito ou débito.",
    next_choice: "A página de pagamento apresenta todas as formas de pagamento que a loja aceita.",
    eligible_meal: "Vales-refeição (titres-restaurant): até {eligible} de {total}. Este limite é \
        definido por {shop}, que responde por ele; a página de pagamento não o verifica.",
    voucher_daily: "Por lei, os vales-refeição pagam no máximo {limit} por dia.",
    voucher_rest_days: "O seu cartão pode ser recusado aos domingos e feriados.",
    below_minimum: "Para compras a partir de {limit}",
    above_maximum: "Para compras até {limit}",
    choose_first: "Escolha primeiro uma forma de pagamento.",
    elsewhere_title: "Pode já haver um pagamento em curso",
    elsewhere_body: "Pode ainda estar aberto na página de pagamento ou noutro separador. Se \
        possível, conclua-o aí.",
    confirm_title: "Iniciar um segundo pagamento?",
    confirm_body: "Se o pagamento já aberto também for concluído, o valor será cobrado duas vezes. \
        A loja terá então de devolver um dos dois pagamentos.",
    confirm_pay: "Pagar {amount} mesmo assim",
    confirm_stay: "Não pagar agora",
    card_title: "O seu cartão",
    card_body: "Os campos abaixo são da plataforma de pagamento: {shop} não vê os dados do seu \
        cartão.",
    card_opening: "A abrir os campos do cartão…",
    card_number: "Número do cartão",
    card_expiry: "Data de validade",
    card_code: "Código de segurança",
    number_empty: "Introduza o número do cartão.",
    expiry_empty: "Introduza a data de validade.",
    code_empty: "Introduza o código de segurança.",
    number_wrong: "Este número de cartão não é válido. Verifique-o.",
    expiry_wrong: "Esta data não é válida ou já passou.",
    code_wrong: "Este código não está completo. Costuma estar no verso do cartão.",
    card_brand: "Pagar com",
    card_unread: "Não foi possível verificar o seu cartão. Nada foi pago. Verifique a ligação à \
        Internet e tente novamente.",
    card_unreachable: "A plataforma de pagamento não está acessível neste momento. Nada foi pago. \
        Tente novamente dentro de momentos.",
    card_unknown: "Não recebemos resposta. Tente novamente: é o mesmo pagamento que continua, não \
        vai pagar duas vezes.",
    card_retype: "A plataforma de pagamento pede que introduza o cartão mais uma vez.",
    ask_title: "O seu banco",
    ask_bank: "Banco onde vai confirmar o pagamento",
    bank_choose: "Escolher na lista",
    bank_other: "Outro banco, na página seguinte",
    bank_empty: "Escolha o seu banco.",
    bank_wrong: "Este banco não está disponível. Escolha outro.",
    ask_iban: "IBAN da conta a debitar",
    iban_empty: "Introduza o seu IBAN.",
    iban_wrong: "Este IBAN não é válido: há um carácter errado. Compare-o com o que o seu banco \
        indica.",
    iban_characters: "Um IBAN começa por duas letras e só tem letras e algarismos.",
    iban_length: "Este IBAN não é válido: é demasiado curto ou demasiado longo. Compare-o com o \
        que o seu banco indica.",
    iban_country: "Não é possível debitar aqui uma conta deste país. Utilize outra conta ou \
        escolha outra forma de pagamento.",
    mandate: "Ao assinar a autorização de débito direto, está a autorizar {shop} a enviar \
        instruções ao seu banco para debitar a sua conta, e o seu banco a debitar a sua conta. \
        Pode exigir do seu banco o reembolso do montante debitado até um prazo de 8\u{a0}semanas, \
        a contar da data do débito na conta.",
    mandate_next: "Vai assinar a autorização na página seguinte.",
    go_on: "Continuar",
    leaving_title: "A abrir a página de pagamento",
    leaving_body: "Vai introduzir os seus dados na página de pagamento segura. Não feche esta \
        janela.",
    waiting_title: "A aguardar confirmação",
    waiting_body: "Aguardamos a resposta da plataforma de pagamento. Esta página atualiza-se \
        sozinha: não é preciso pagar uma segunda vez.",
    waiting_other: "Não paguei: ver as formas de pagamento",
    terminal_title: "Siga o terminal",
    terminal_body: "{amount} a pagar em {till}: aproxime o cartão e siga o terminal. A tecla \
        vermelha cancela.",
    terminal_left: "Aguarda mais {minutes} min.",
    paid_title: "Pagamento aceite",
    paid_body: "Obrigado! {shop} recebeu o seu pagamento de {amount}.",
    paid_debit: "Obrigado! {shop} vai debitar {amount} da sua conta.",
    authorised_title: "Pagamento autorizado",
    authorised_body: "Obrigado! O valor de {amount} está reservado. {shop} vai cobrá-lo quando \
        processar a sua encomenda.",
    parts: "Detalhes do pagamento",
    part_voucher: "Vale {brand}",
    part_complement: "Restante com cartão",
    part_card: "Cartão de crédito ou débito",
    part_pending: "pendente",
    part_refused: "recusado",
    refused_title: "Pagamento recusado",
    refusal_issuer: "O seu banco ou o emissor do vale recusou este pagamento sem indicar o motivo.",
    refusal_funds: "O saldo ou o limite deste cartão não é suficiente para este valor.",
    refusal_card_data: "O número, a data ou o código de segurança não está correto, ou o cartão \
        expirou.",
    refusal_authentication: "A autenticação pedida pelo seu banco não foi concluída.",
    refusal_not_accepted: "Este cartão não é aceite para este pagamento.",
    refusal_timed_out: "O tempo na página de pagamento esgotou-se.",
    refusal_held: "Recusado. O seu banco pode mostrar o valor como reservado durante alguns \
        dias; não é cobrado.",
    refusal_technical: "O banco ou a plataforma não respondeu a tempo.",
    refusal_cancelled: "O pagamento foi cancelado no terminal.",
    refusal_busy: "O terminal está ocupado com outro pagamento. Nada foi iniciado. Tente de novo \
        dentro de um instante.",
    cancelled_title: "Pagamento abandonado",
    cancelled_body: "Saiu da página de pagamento antes do fim. A sua encomenda não está paga.",
    incomplete_title: "Pagamento incompleto",
    incomplete_body: "Valor aceite: {accepted} de {total}. O restante não foi pago: a sua \
        encomenda não está liquidada.",
    held_title: "Uma parte pode ficar retida",
    held_body: "A parte paga com vale, {accepted}, pode ficar retida pelo emissor. Se não lhe for \
        devolvida, contacte {shop} e indique a encomenda {reference}.",
    held_full: "Um novo pagamento será do valor total: {total}.",
    surplus_title: "Foi cobrado também um segundo pagamento",
    surplus_body: "Valor cobrado a mais por esta encomenda: {accepted}. Para receber o reembolso, \
        contacte {shop} e indique a referência {reference}.",
    no_more: "Não é possível fazer aqui outro pagamento. Contacte {shop} e indique a encomenda \
        {reference}.",
    expired_title: "O prazo para pagar terminou",
    expired_body: "Volte ao seu carrinho para recomeçar.",
    expired_started: "Se acabou de pagar, a loja será informada: verifique a sua encomenda antes \
        de pagar novamente.",
    paid_elsewhere_title: "Esta encomenda já está paga",
    paid_elsewhere_body: "Foi paga noutra página. Não há mais nada a pagar aqui. Em caso de \
        dúvida, contacte {shop} e indique a encomenda {reference}.",
    offline_title: "Ligação interrompida",
    offline_body: "O serviço de pagamento não responde. Verifique a ligação à Internet: a sua \
        escolha fica guardada, e antes de continuar verificamos em que ponto está o pagamento.",
    broken_title: "O pagamento não está disponível",
    broken_body: "Não é possível pagar nesta página neste momento. Contacte a loja; tentar \
        novamente não vai ajudar.",
    broken_retry: "O serviço de pagamento tem um problema. Tente novamente dentro de momentos.",
    retry: "Tentar novamente",
    trouble_platform: "A página de pagamento não está acessível neste momento. Nenhum pagamento \
        foi iniciado. Tente novamente dentro de momentos.",
    trouble_method: "Esta forma de pagamento já não está disponível. Escolha outra.",
    trouble_too_many: "Foram iniciados demasiados pagamentos para esta encomenda. Contacte a loja.",
    trouble_fields: "Os campos do cartão não abrem. Nada foi pago. Tente novamente ou escolha \
        outra forma de pagamento.",
    trouble_expired: "O tempo para introduzir os dados esgotou-se. Para recomeçar, prima novamente \
        o botão de pagamento.",
    trouble_card: "Este cartão já não está guardado. Escolha outra forma de pagamento.",
    trouble_leave: "Esta página impede o navegador de ir para a página de pagamento. Nada foi \
        pago. Escolha outra forma de pagamento ou contacte a loja.",
    trouble_other: "Não foi possível iniciar o pagamento. Tente novamente dentro de momentos.",
    back_to_shop: "Voltar a {shop}",
    link_title: "Pagar a sua encomenda",
    link_body: "Esta ligação funciona uma única vez. Continue para escolher como pagar.",
    link_over: "Esta ligação já foi usada ou expirou. Peça uma nova à loja.",
};
