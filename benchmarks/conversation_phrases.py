"""What people say in generated conversations: how they begin and how they go on."""

from __future__ import annotations

from dataclasses import dataclass

NAMES = ("Ada", "Bo", "Chen", "Dilara", "Emeka", "Freya", "Goran", "Hana", "Ines", "Jonas", "Kofi", "Lena")


@dataclass(frozen=True, slots=True)
class Phrases:
    """`{thing}`, `{other}`, `{name}`, `{number}` and `{short}` are filled in, the same for a whole conversation."""

    things: tuple[str, ...]
    openings: tuple[str, ...]
    following: tuple[str, ...]


#: A shop, a bank and a help desk. The rules about wording were made with these at hand.
SHOP = Phrases(
    things=(
        *(
            "tent",
            "stove",
            "head lamp",
            "rain jacket",
            "boots",
            "bicycle bell",
            "notebook",
            "espresso machine",
            "desk lamp",
        ),
        *("router", "invoice", "credit card", "standing order", "passport photo", "mortgage", "thermostat", "printer"),
    ),
    openings=(
        "Hi, where is order {number}?",
        "Hello! I'm {name}. My {thing} has not arrived yet.",
        "Good morning, can I return a {thing} that I opened?",
        "Hey, which {thing} do you recommend for two people?",
        "Where is order {number}?",
        "I need a {thing} and two of the {other}.",
        "Please refund order {number}, the {thing} is broken.",
        "My {thing} stopped working after the last update, what can I do?",
        "How do I reset the password of my account?",
        "Is the {thing} available in green?",
        "I was charged twice for the {thing} on invoice {number}.",
        "Can you help me to choose between the {thing} and the {other}?",
        "Hallo, ich brauche Hilfe mit meinem {thing}.",
        "Wo ist meine Bestellung {number}?",
        "Bonjour, je voudrais changer l'adresse de la commande {number}.",
        "こんにちは、注文 {number} はどこですか。",
        "opening hours on sunday",
        "{thing} price",
    ),
    following=(
        "And the second one?",
        "{number}",
        "The order number I just asked about!",
        "Can I still change the address for that order?",
        "What was my name again?",
        "Thank you. What did I ask you before?",
        "yes please",
        "no, the other one",
        "ok",
        "How long will it take?",
        "Why?",
        "Could you send it to my office instead?",
        "It was delivered to the neighbour, I think.",
        "What about the {thing}?",
        "The {thing} from order {number}.",
        "Please look at the {other}, too.",
        "does it come with batteries",
        "Danke, und wie lange dauert das?",
        "Und wenn ich {thing} dazu bestelle?",
        "ja bitte",
        "Oui, la {number}.",
        "はい",
        "それはいつ届きますか。",
        "I have tried that already and the {thing} still blinks red.",
        "Which documents do you need from me for the {thing}?",
        "My new address is Ringstrasse {short}, Graz.",
        "Where can I see the invoice for {number}?",
    ),
)
#: Journeys and doctors. Written after the rules: none was made for them, and that of new topics was made milder.
TRAVEL = Phrases(
    things=(
        "flight to Oslo",
        "hotel in Porto",
        "rental car",
        "visa",
        "travel insurance",
        "suitcase",
        "train ticket",
        "museum pass",
        "ferry",
        "allergy form",
        "dentist slot",
        "blood test",
        "prescription",
        "knee brace",
        "vaccination card",
        "x-ray",
    ),
    openings=(
        "I'd like to change the dates of my {thing}, reference {number}.",
        "Do you offer a {thing} for seniors?",
        "Need some advice on a {thing}",
        "My booking {number} shows the wrong passenger",
        "What documents are required for a {thing} if I travel with my dog?",
        "Good evening, the {thing} was cancelled without notice.",
        "Could somebody explain the fees on my {thing}?",
        "Looking for a {thing} next weekend",
        "{thing}",
        "Is it possible to combine a {thing} with a {other}?",
        "The website says error {number} when I pay for the {thing}",
        "Ist ein {thing} im Preis inbegriffen?",
        "Quels sont vos horaires ?",
        "I can't log in",
        "hey there",
        "Do I have to fast before the {thing}?",
        "When is the next available {thing}?",
        "Please cancel {number}.",
    ),
    following=(
        "What would that cost?",
        "Friday works better for me",
        "the earlier date",
        "two adults and one child",
        "My mother will come along, does that change anything?",
        "sounds good",
        "I don't understand",
        "Can you give me a phone number?",
        "Reference is {number}",
        "Ok thanks, bye",
        "Is breakfast included?",
        "Sorry, I meant the {other}",
        "Do I get my money back?",
        "With a window seat, if possible",
        "It still says it's pending",
        "Where do I find the form?",
        "hmm",
        "The morning would be best",
        "Wie lange ist das gültig?",
        "Non, demain",
        "Let's go with the cheaper option",
        "Which of the two do you think is safer?",
        "I paid {short} euros for it",
        "And if I am late for the {thing}?",
        "Has my {thing} been confirmed yet?",
        "Can I bring my {other} with me?",
        "Please send a confirmation for {number}",
    ),
)
