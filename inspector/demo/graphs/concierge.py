"""A shopping concierge whose state is structured: each turn edits JSON channels and a long draft."""

from __future__ import annotations

import copy
import operator
from typing import Annotated, Any

from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

from inspector.demo.graphs.base import Graph, Saver, Update

CATALOGUE = {
    "tent": {"sku": "TENT-2P", "name": "Two-person tent", "price": 189.0, "tags": ["outdoor", "sale"]},
    "stove": {"sku": "STOVE-1", "name": "Gas stove", "price": 39.5, "tags": ["outdoor"]},
    "lamp": {"sku": "LAMP-9", "name": "Head lamp", "price": 24.9, "tags": ["outdoor", "light"]},
    "boots": {"sku": "BOOT-43", "name": "Hiking boots", "price": 129.0, "tags": ["shoes"]},
}
INTENTS = ("browse", "add_to_cart", "remove_from_cart", "change_profile")
DRAFT = (
    "Dear {name},\n\nthank you for planning your trip with us. Your basket holds {items} and comes to "
    "{total:.2f} EUR. Parcels to {city} take {days} working days, and you can return everything within "
    "thirty days. If it rains on your first night, remember that the tent wants an hour to dry.\n\n"
    "Your concierge"
)


class ConciergeState(MessagesState):
    """What a shop keeps about a visit. `events` only grows; the rest is rewritten."""

    customer: dict[str, Any]
    cart: dict[str, Any]
    intent: dict[str, Any]
    draft: str
    events: Annotated[list[dict[str, Any]], operator.add]


def classify(state: ConciergeState) -> Update:
    """Guess what the customer wants, with a confidence for each guess."""
    text = str(state["messages"][-1].content).lower()
    best = "browse"
    if "remove" in text:
        best = "remove_from_cart"
    elif any(word in text for word in CATALOGUE):
        best = "add_to_cart"
    elif "moved" in text or "i am" in text:
        best = "change_profile"
    scores = {name: 0.91 if name == best else round(0.03 + len(text) % 7 / 100, 2) for name in INTENTS}
    return {"intent": {"name": best, "confidences": scores, "model": "intent-mini-3"}}


def edit(state: ConciergeState) -> Update:
    """Do it: change the cart or the profile, and log an event."""
    text = str(state["messages"][-1].content).lower()
    customer = copy.deepcopy(state.get("customer") or _new_customer())
    cart = copy.deepcopy(state.get("cart") or {"items": [], "total": 0.0, "coupon": None})
    wanted = [item for word, item in CATALOGUE.items() if word in text]
    intent = state["intent"]["name"]
    if intent == "add_to_cart":
        cart["items"] += [{**item, "quantity": 2 if "two" in text else 1} for item in wanted]
    elif intent == "remove_from_cart":
        gone = {item["sku"] for item in wanted}
        cart["items"] = [item for item in cart["items"] if item["sku"] not in gone]
    elif intent == "change_profile":
        customer["address"]["city"] = "Graz" if "graz" in text else customer["address"]["city"]
        customer["preferences"]["newsletter"] = False
    cart["total"] = round(sum(item["price"] * item["quantity"] for item in cart["items"]), 2)
    event = {"kind": intent, "skus": [item["sku"] for item in wanted], "total": cart["total"]}
    return {"customer": customer, "cart": cart, "events": [event]}


def write(state: ConciergeState) -> Update:
    """Rewrite the draft of the confirmation letter, and answer."""
    customer, cart = state["customer"], state["cart"]
    letter = DRAFT.format(
        name=customer["name"],
        items=", ".join(item["name"].lower() for item in cart["items"]) or "nothing yet",
        total=cart["total"],
        city=customer["address"]["city"],
        days=2 if customer["address"]["city"] == "Vienna" else 3,
    )
    return {"draft": letter, "messages": [AIMessage(f"Done. Your basket comes to {cart['total']:.2f} EUR.")]}


def _new_customer() -> dict[str, Any]:
    return {
        "id": "c-1007",
        "name": "Ines Brandt",
        "email": "ines@customers.example",
        "address": {"street": "Lindengasse 4", "city": "Vienna", "zip": "1070", "geo": [48.2, 16.35]},
        "preferences": {"newsletter": True, "language": "de", "sizes": {"shoes": 39, "jacket": None}},
        "loyalty": {"level": "silver", "points": 1240, "since": "2019-05-04"},
    }


def build_concierge(saver: Saver | None) -> Graph:
    """classify, edit, write."""
    graph = StateGraph(ConciergeState)
    graph.add_node("classify", classify)
    graph.add_node("edit", edit)
    graph.add_node("write", write)
    graph.add_edge(START, "classify")
    graph.add_edge("classify", "edit")
    graph.add_edge("edit", "write")
    return graph.compile(checkpointer=saver, name="concierge")
