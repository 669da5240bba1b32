# ruff: noqa: D101, D102, D103
"""Fernbank, a home and outdoor shop, as seen by the signed-in customer (user 1).

Sections, in order: set-up, tables, argument types, requests, responses, helpers, views, endpoints by subject.
Money is kept in integer cents and shown in dollars; timestamps are UTC text. Everything that belongs to a
customer is fetched through `own`, so other people's orders, addresses, carts and tickets answer 404. A broken
rule answers 409 with the rule in words.
"""

import os
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import ForeignKey, Select, Text, UniqueConstraint, create_engine, event, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

USER_ID = 1
MAX_ID = 2**31 - 1
MAX_PER_LINE = 10
RETURN_LABEL_CENTS = 695
REVIEW_EDIT_DAYS = 90
MIN_POINTS = 500

engine = create_engine(
    os.getenv("DATABASE_PATH", "sqlite:///e_commerce_33.db"), connect_args={"check_same_thread": False}
)
SessionLocal = sessionmaker(bind=engine, expire_on_commit=False)


@event.listens_for(engine, "connect")
def enforce_foreign_keys(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")


# Tables. The CHECK constraints and indexes stand in schema.sql.


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text}


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    phone: Mapped[str | None]
    tier: Mapped[str]
    created_at: Mapped[str]


class Address(Base):
    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("user_id", "label"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    label: Mapped[str]
    recipient: Mapped[str]
    line1: Mapped[str]
    line2: Mapped[str | None]
    city: Mapped[str]
    state: Mapped[str]
    postal_code: Mapped[str]
    is_default: Mapped[int] = mapped_column(default=0)


class PaymentMethod(Base):
    __tablename__ = "payment_methods"
    __table_args__ = (UniqueConstraint("user_id", "brand", "last4"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    brand: Mapped[str]
    last4: Mapped[str]
    exp_year: Mapped[int]
    exp_month: Mapped[int]
    is_default: Mapped[int] = mapped_column(default=0)


class Category(Base):
    __tablename__ = "categories"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    name: Mapped[str] = mapped_column(unique=True)
    returnable: Mapped[int] = mapped_column(default=1)
    return_days: Mapped[int]


class Brand(Base):
    __tablename__ = "brands"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    country: Mapped[str]
    warranty_years: Mapped[int]


class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    brand_id: Mapped[int] = mapped_column(ForeignKey("brands.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str]
    is_oversize: Mapped[int] = mapped_column(default=0)
    launched_on: Mapped[str]
    brand: Mapped[Brand] = relationship()
    category: Mapped[Category] = relationship()
    variants: Mapped[list["ProductVariant"]] = relationship(
        back_populates="product", order_by="ProductVariant.id"
    )


class ProductVariant(Base):
    __tablename__ = "product_variants"
    __table_args__ = (UniqueConstraint("product_id", "colour", "size"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    sku: Mapped[str] = mapped_column(unique=True)
    colour: Mapped[str]
    size: Mapped[str]
    price_cents: Mapped[int]
    status: Mapped[str] = mapped_column(default="active")
    is_final_sale: Mapped[int] = mapped_column(default=0)
    product: Mapped[Product] = relationship(back_populates="variants")
    stock: Mapped[list["StockLevel"]] = relationship(order_by="StockLevel.warehouse_id")


class Warehouse(Base):
    __tablename__ = "warehouses"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    city: Mapped[str]
    state: Mapped[str]


class StockLevel(Base):
    __tablename__ = "stock_levels"
    variant_id: Mapped[int] = mapped_column(ForeignKey("product_variants.id"), primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"), primary_key=True)
    on_hand: Mapped[int]
    reserved: Mapped[int] = mapped_column(default=0)
    warehouse: Mapped[Warehouse] = relationship()

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class PriceHistory(Base):
    __tablename__ = "price_history"
    __table_args__ = (UniqueConstraint("variant_id", "valid_from"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey("product_variants.id"))
    price_cents: Mapped[int]
    valid_from: Mapped[str]
    valid_to: Mapped[str | None]


class Coupon(Base):
    __tablename__ = "coupons"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str]
    kind: Mapped[str]
    value: Mapped[int]
    min_basket_cents: Mapped[int] = mapped_column(default=0)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))
    starts_at: Mapped[str]
    ends_at: Mapped[str]
    is_public: Mapped[int] = mapped_column(default=1)
    once_per_customer: Mapped[int] = mapped_column(default=1)
    category: Mapped[Category | None] = relationship()


class ShippingMethod(Base):
    __tablename__ = "shipping_methods"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    price_cents: Mapped[int]
    free_from_cents: Mapped[int | None]
    days: Mapped[int]


class Cart(Base):
    __tablename__ = "carts"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
    coupon_id: Mapped[int | None] = mapped_column(ForeignKey("coupons.id"))
    updated_at: Mapped[str]
    coupon: Mapped[Coupon | None] = relationship()
    items: Mapped[list["CartItem"]] = relationship(order_by="CartItem.id", cascade="all, delete-orphan")


class CartItem(Base):
    __tablename__ = "cart_items"
    __table_args__ = (UniqueConstraint("cart_id", "variant_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    cart_id: Mapped[int] = mapped_column(ForeignKey("carts.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("product_variants.id"))
    quantity: Mapped[int]
    added_at: Mapped[str]
    variant: Mapped[ProductVariant] = relationship()


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    status: Mapped[str]
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    ship_to: Mapped[str]
    shipping_method_id: Mapped[int] = mapped_column(ForeignKey("shipping_methods.id"))
    coupon_id: Mapped[int | None] = mapped_column(ForeignKey("coupons.id"))
    subtotal_cents: Mapped[int]
    discount_cents: Mapped[int] = mapped_column(default=0)
    shipping_cents: Mapped[int]
    total_cents: Mapped[int]
    placed_at: Mapped[str]
    estimated_delivery: Mapped[str]
    cancelled_at: Mapped[str | None]
    cancel_reason: Mapped[str | None]
    coupon: Mapped[Coupon | None] = relationship()
    shipping_method: Mapped[ShippingMethod] = relationship()
    items: Mapped[list["OrderItem"]] = relationship(order_by="OrderItem.id")
    payments: Mapped[list["Payment"]] = relationship(order_by="Payment.id")
    refunds: Mapped[list["Refund"]] = relationship(order_by="Refund.id")
    shipments: Mapped[list["Shipment"]] = relationship(order_by="Shipment.id")


class OrderItem(Base):
    __tablename__ = "order_items"
    __table_args__ = (UniqueConstraint("order_id", "variant_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("product_variants.id"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    quantity: Mapped[int]
    unit_price_cents: Mapped[int]
    discount_cents: Mapped[int] = mapped_column(default=0)
    is_final_sale: Mapped[int] = mapped_column(default=0)
    variant: Mapped[ProductVariant] = relationship()
    shipment: Mapped["Shipment | None"] = relationship(secondary="shipment_items", viewonly=True)


class CouponRedemption(Base):
    __tablename__ = "coupon_redemptions"
    id: Mapped[int] = mapped_column(primary_key=True)
    coupon_id: Mapped[int] = mapped_column(ForeignKey("coupons.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    status: Mapped[str] = mapped_column(default="used")
    redeemed_at: Mapped[str]


class Payment(Base):
    __tablename__ = "payments"
    __table_args__ = (UniqueConstraint("order_id", "source"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    source: Mapped[str]
    payment_method_id: Mapped[int | None] = mapped_column(ForeignKey("payment_methods.id"))
    amount_cents: Mapped[int]
    paid_at: Mapped[str]
    payment_method: Mapped[PaymentMethod | None] = relationship()


class Shipment(Base):
    __tablename__ = "shipments"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"))
    carrier: Mapped[str]
    tracking_number: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str]
    shipped_at: Mapped[str]
    delivered_at: Mapped[str | None]
    warehouse: Mapped[Warehouse] = relationship()
    items: Mapped[list[OrderItem]] = relationship(
        secondary="shipment_items", order_by="OrderItem.id", viewonly=True
    )
    events: Mapped[list["TrackingEvent"]] = relationship(
        order_by="TrackingEvent.occurred_at, TrackingEvent.id"
    )


class ShipmentItem(Base):
    __tablename__ = "shipment_items"
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"), primary_key=True)
    order_item_id: Mapped[int] = mapped_column(ForeignKey("order_items.id"), primary_key=True, unique=True)


class TrackingEvent(Base):
    __tablename__ = "tracking_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"))
    description: Mapped[str]
    location: Mapped[str]
    occurred_at: Mapped[str]


class Return(Base):
    __tablename__ = "returns"
    id: Mapped[int] = mapped_column(primary_key=True)
    rma_number: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    status: Mapped[str]
    refund_to: Mapped[str]
    label_fee_cents: Mapped[int] = mapped_column(default=0)
    refund_cents: Mapped[int]
    created_at: Mapped[str]
    order: Mapped[Order] = relationship()
    items: Mapped[list["ReturnItem"]] = relationship(order_by="ReturnItem.id")


class ReturnItem(Base):
    __tablename__ = "return_items"
    __table_args__ = (UniqueConstraint("return_id", "order_item_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("returns.id"))
    order_item_id: Mapped[int] = mapped_column(ForeignKey("order_items.id"))
    quantity: Mapped[int]
    reason: Mapped[str]
    order_item: Mapped[OrderItem] = relationship()


class Refund(Base):
    __tablename__ = "refunds"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    return_id: Mapped[int | None] = mapped_column(ForeignKey("returns.id"))
    destination: Mapped[str]
    amount_cents: Mapped[int]
    created_at: Mapped[str]


class Review(Base):
    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("product_id", "user_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    rating: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]
    status: Mapped[str] = mapped_column(default="pending")
    created_at: Mapped[str]
    updated_at: Mapped[str]
    author: Mapped[User] = relationship()


class Wishlist(Base):
    __tablename__ = "wishlists"
    __table_args__ = (UniqueConstraint("user_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str]
    created_at: Mapped[str]
    items: Mapped[list["WishlistItem"]] = relationship(
        order_by="WishlistItem.id", cascade="all, delete-orphan"
    )


class WishlistItem(Base):
    __tablename__ = "wishlist_items"
    __table_args__ = (UniqueConstraint("wishlist_id", "variant_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    wishlist_id: Mapped[int] = mapped_column(ForeignKey("wishlists.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("product_variants.id"))
    wanted: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(default="")
    added_at: Mapped[str]
    variant: Mapped[ProductVariant] = relationship()


class GiftCard(Base):
    __tablename__ = "gift_cards"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    amount_cents: Mapped[int]
    status: Mapped[str]
    expires_at: Mapped[str]
    redeemed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    redeemed_at: Mapped[str | None]


class StoreCreditEntry(Base):
    __tablename__ = "store_credit_entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    amount_cents: Mapped[int]
    reason: Mapped[str]
    note: Mapped[str]
    created_at: Mapped[str]


class LoyaltyEntry(Base):
    __tablename__ = "loyalty_entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    points: Mapped[int]
    reason: Mapped[str]
    note: Mapped[str]
    created_at: Mapped[str]


class SupportTicket(Base):
    __tablename__ = "support_tickets"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    topic: Mapped[str]
    subject: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[str]
    updated_at: Mapped[str]
    messages: Mapped[list["TicketMessage"]] = relationship(order_by="TicketMessage.id")


class TicketMessage(Base):
    __tablename__ = "ticket_messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("support_tickets.id"))
    author: Mapped[str]
    body: Mapped[str]
    created_at: Mapped[str]


class NotificationPreference(Base):
    __tablename__ = "notification_preferences"
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    enabled: Mapped[int]


class HelpArticle(Base):
    __tablename__ = "help_articles"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    body: Mapped[str]


Base.metadata.create_all(engine)


# Argument types


def printable(text: str) -> str:
    if any(ord(char) < 32 and char not in "\n\t" for char in text) or "\x7f" in text:
        raise ValueError("must not contain control characters")
    return text


def one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise ValueError("must be a single line")
    return printable(text)


T = TypeVar("T")
ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(one_line)
]
LongText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(printable)
]
OptionalLine = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=80), AfterValidator(one_line)
]
Code = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_upper=True, min_length=1, max_length=40),
    AfterValidator(one_line),
]
State = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
PostalCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}(-[0-9]{4})?$")]
Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Quantity = Annotated[int, Field(ge=1, le=MAX_PER_LINE)]

OrderStatus = Literal["placed", "packed", "shipped", "delivered", "cancelled"]
CancelReason = Literal["ordered_by_mistake", "found_cheaper", "no_longer_needed", "too_slow", "other"]
ReturnReason = Literal["changed_mind", "wrong_size", "damaged", "defective", "wrong_item"]
RefundTo = Literal["original_payment", "store_credit"]
ShippingCode = Literal["standard", "express", "freight"]
TicketTopic = Literal["delivery", "return", "payment", "product", "account"]
TicketStatus = Literal["open", "waiting_for_customer", "solved"]
Channel = Literal["email", "sms", "push"]
Availability = Literal["in_stock", "out_of_stock", "discontinued"]
Topic = Literal["order_updates", "promotions", "price_drops", "review_reminders", "loyalty"]

Search = Annotated[
    str | None,
    Query(max_length=80, description="Words that must all occur, upper or lower case alike."),
    AfterValidator(lambda text: text if text is None else one_line(text)),
]
Limit = Annotated[int, Query(ge=1, le=50, description="How many to return at most.")]
Offset = Annotated[int, Query(ge=0, le=100_000, description="How many to skip.")]
OrderId = Annotated[int, Path(ge=1, le=MAX_ID, description="The order's id (not its FB number).")]
ProductId = Annotated[int, Path(ge=1, le=MAX_ID, description="The product's id.")]
VariantId = Annotated[int, Path(ge=1, le=MAX_ID, description="The variant's id.")]


# Requests


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AddCartItem(Body):
    variant_id: Id = Field(description="The variant to add.")
    quantity: Quantity = Field(1, description="How many to add to what the cart already holds of it.")


class UpdateCartItem(Body):
    quantity: Quantity = Field(description="The new quantity of the line.")


class ApplyCoupon(Body):
    code: Code = Field(description="The coupon code, upper or lower case alike.")


class PlaceOrder(Body):
    address_id: Id = Field(description="One of your addresses.")
    payment_method_id: Id = Field(description="Your card, charged with what store credit does not cover.")
    shipping_method: ShippingCode = Field(description="How the order travels.")
    use_store_credit: bool = Field(False, description="Use your whole store credit before the card.")


class CancelOrder(Body):
    reason: CancelReason = Field(description="Why the order is cancelled.")


class ChangeOrderAddress(Body):
    address_id: Id = Field(description="One of your addresses.")


class ReturnLine(Body):
    order_item_id: Id = Field(description="The order item to send back.")
    quantity: Annotated[int, Field(ge=1, le=100)] = Field(description="How many of it.")
    reason: ReturnReason = Field(description="Why it comes back.")


class CreateReturn(Body):
    items: list[ReturnLine] = Field(
        min_length=1, max_length=20, description="What to send back, each order item once."
    )
    refund_to: RefundTo = Field(description="Where the refund goes.")


class CreateAddress(Body):
    label: ShortText = Field(description="Your name for the address, e.g. Home; unique in your address book.")
    recipient: ShortText = Field(description="Full name of the person who receives parcels there.")
    line1: ShortText = Field(description="Street and number.")
    line2: ShortText | None = Field(None, description="Apartment, suite or floor.")
    city: ShortText = Field(description="City.")
    state: State = Field(description="Two-letter state, e.g. VT.")
    postal_code: PostalCode = Field(description="ZIP code, 12345 or 12345-6789.")
    make_default: bool = Field(False, description="Make it the default address instead of the present one.")


class UpdateAddress(Body):
    label: ShortText | None = Field(None, description="New name of the entry.")
    recipient: ShortText | None = Field(None, description="New recipient.")
    line1: ShortText | None = Field(None, description="New street and number.")
    line2: OptionalLine | None = Field(
        None, description="New apartment, suite or floor; an empty text removes it."
    )
    city: ShortText | None = Field(None, description="New city.")
    state: State | None = Field(None, description="New two-letter state.")
    postal_code: PostalCode | None = Field(None, description="New ZIP code.")
    make_default: bool = Field(False, description="Make it the default address instead of the present one.")


class CreateReview(Body):
    rating: int = Field(ge=1, le=5, description="Stars, 1 to 5.")
    title: ShortText = Field(description="Headline.")
    body: LongText = Field(description="The review's text.")


class UpdateReview(Body):
    rating: int | None = Field(None, ge=1, le=5, description="New number of stars.")
    title: ShortText | None = Field(None, description="New headline.")
    body: LongText | None = Field(None, description="New text.")


class AddWishlistItem(Body):
    variant_id: Id = Field(description="The variant to note.")
    wanted: Quantity = Field(1, description="How many you would like.")
    note: OptionalLine = Field("", description="A note to yourself.")


class RedeemGiftCard(Body):
    code: Code = Field(description="The gift card's code, e.g. FERN-XXXX-XXXX.")


class ConvertPoints(Body):
    points: int = Field(
        ge=MIN_POINTS, le=1_000_000, multiple_of=100, description="Points to convert, in hundreds."
    )


class CreateTicket(Body):
    topic: TicketTopic = Field(description="What it is about.")
    subject: ShortText = Field(description="Subject line.")
    message: LongText = Field(description="Your first message.")
    order_id: Id | None = Field(None, description="Your order it concerns, if any.")


class ReplyToTicket(Body):
    message: LongText = Field(description="Your message.")
    mark_solved: bool = Field(False, description="Close the conversation with this message.")


class SetPreference(Body):
    enabled: bool = Field(description="True to receive these messages, false to stop them.")


# Responses. Amounts are in dollars.


class Out(BaseModel):
    """A response that can be read off a row with the same fields."""

    model_config = ConfigDict(from_attributes=True)


class Page(BaseModel, Generic[T]):
    total: int = Field(description="How many match in all, before limit and offset.")
    items: list[T]


class CategoryOut(BaseModel):
    id: int
    name: str
    parent_id: int | None
    returnable: bool
    return_days: int
    products: int = Field(description="Products filed directly here.")


class ProductSummary(BaseModel):
    id: int
    name: str
    brand: str
    category: str
    price_from: float
    price_to: float
    rating: float | None = Field(description="Average of the published reviews.")
    review_count: int


class VariantOut(BaseModel):
    id: int
    sku: str
    colour: str
    size: str
    price: float
    availability: Availability
    final_sale: bool


class ReviewOut(BaseModel):
    id: int
    product_id: int
    author: str
    rating: int
    title: str
    body: str
    status: str
    created_at: str
    updated_at: str


class ProductDetail(BaseModel):
    id: int
    name: str
    brand: str
    category: str
    description: str
    oversize: bool
    warranty_years: int
    returnable: bool
    return_days: int
    launched_on: str
    rating: float | None
    review_count: int
    variants: list[VariantOut]
    my_review: ReviewOut | None = Field(description="Your own review, whatever its status.")


class WarehouseStock(BaseModel):
    warehouse: str
    city: str
    available: int


class StockOut(BaseModel):
    variant_id: int
    sku: str
    product: str
    status: str
    price: float
    warehouses: list[WarehouseStock]
    available: int = Field(description="Over all warehouses.")
    max_per_line: int = Field(description="The most that one cart or order line can hold now.")


class PriceOut(BaseModel):
    price: float
    valid_from: str
    valid_to: str | None


class CouponOut(BaseModel):
    code: str
    description: str
    kind: str
    value: float = Field(description="Percent for kind percent, dollars for kind amount.")
    min_basket: float
    category: str | None
    ends_at: str
    once_per_customer: bool
    used_by_you: bool


class CartLineOut(BaseModel):
    cart_item_id: int
    variant_id: int
    product: str
    colour: str
    size: str
    quantity: int
    unit_price: float
    line_total: float


class CartOut(BaseModel):
    items: list[CartLineOut]
    subtotal: float
    coupon: str | None
    coupon_problem: str | None = Field(
        description="Why the applied coupon takes nothing off, if it does not."
    )
    discount: float
    merchandise_total: float = Field(description="Subtotal less discount, before shipping.")


class QuoteOut(BaseModel):
    shipping_method: str
    subtotal: float
    discount: float
    shipping: float
    total: float
    store_credit_used: float
    charged_to_card: float
    estimated_delivery: str


class OrderSummary(BaseModel):
    id: int
    number: str
    status: str
    placed_at: str
    total: float
    item_count: int


class OrderItemOut(BaseModel):
    order_item_id: int
    product_id: int
    variant_id: int
    product: str
    colour: str
    size: str
    quantity: int
    unit_price: float
    discount: float
    final_sale: bool


class PaymentOut(BaseModel):
    source: str
    card: str | None
    amount: float


class RefundOut(BaseModel):
    destination: str
    amount: float
    return_id: int | None
    created_at: str


class OrderDetail(BaseModel):
    id: int
    number: str
    status: str
    placed_at: str
    estimated_delivery: str
    address_id: int
    ship_to: str
    shipping_method: str
    coupon: str | None
    subtotal: float
    discount: float
    shipping: float
    total: float
    cancelled_at: str | None
    cancel_reason: str | None
    items: list[OrderItemOut]
    payments: list[PaymentOut]
    refunds: list[RefundOut]


class EventOut(Out):
    occurred_at: str
    description: str
    location: str


class ShipmentOut(BaseModel):
    carrier: str
    tracking_number: str
    status: str
    from_warehouse: str
    shipped_at: str
    delivered_at: str | None
    contents: list[str]
    events: list[EventOut]


class TrackingOut(BaseModel):
    order_id: int
    number: str
    status: str
    estimated_delivery: str
    shipments: list[ShipmentOut]


class EligibilityLine(BaseModel):
    order_item_id: int
    product: str
    ordered: int
    already_returned: int
    returnable_quantity: int
    refund_for_all: float = Field(description="What returning that quantity refunds, before a label fee.")
    delivered_on: str | None
    last_return_date: str | None
    reason_if_not: str | None


class EligibilityOut(BaseModel):
    order_id: int
    number: str
    label_fee: float = Field(description="Taken off a refund to the original payment unless we are at fault.")
    items: list[EligibilityLine]


class ReturnLineOut(BaseModel):
    order_item_id: int
    product: str
    quantity: int
    reason: str


class ReturnOut(BaseModel):
    id: int
    rma_number: str
    order_id: int
    order_number: str
    status: str
    refund_to: str
    label_fee: float
    refund: float
    created_at: str
    items: list[ReturnLineOut]


class AccountOut(BaseModel):
    name: str
    email: str
    phone: str | None
    tier: str
    member_since: str
    store_credit: float
    points: int


class AddressOut(Out):
    id: int
    label: str
    recipient: str
    line1: str
    line2: str | None
    city: str
    state: str
    postal_code: str
    is_default: bool


class PaymentMethodOut(BaseModel):
    id: int
    brand: str
    last4: str
    expires: str
    expired: bool
    is_default: bool


class WishlistSummary(BaseModel):
    id: int
    name: str
    item_count: int


class WishlistItemOut(BaseModel):
    wishlist_item_id: int
    product_id: int
    variant_id: int
    product: str
    colour: str
    size: str
    price: float
    wanted: int
    note: str
    added_at: str


class WishlistOut(BaseModel):
    id: int
    name: str
    items: list[WishlistItemOut]


class ActivityOut(BaseModel):
    created_at: str
    reason: str
    note: str
    change: float = Field(description="Points, or dollars of store credit; negative when spent.")


class BalanceOut(BaseModel):
    store_credit: float
    points: int
    message: str


class TicketSummary(BaseModel):
    id: int
    subject: str
    topic: str
    order_number: str | None
    status: str
    updated_at: str


class MessageOut(Out):
    author: str
    body: str
    created_at: str


class TicketDetail(TicketSummary):
    messages: list[MessageOut]


class PreferenceOut(Out):
    channel: str
    topic: str
    enabled: bool


class ArticleSummary(Out):
    slug: str
    title: str


class ArticleOut(ArticleSummary):
    body: str


# Helpers


async def get_db() -> AsyncIterator[Session]:
    with SessionLocal() as db:
        yield db


Db = Annotated[Session, Depends(get_db)]


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def today() -> date:
    return datetime.now(UTC).date()


def day(timestamp: str) -> date:
    return date.fromisoformat(timestamp[:10])


def usd(cents: int) -> float:
    return round(cents / 100, 2)


def dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"


def not_found(what: str) -> HTTPException:
    return HTTPException(404, f"{what} was not found.")


def conflict(message: str) -> HTTPException:
    return HTTPException(409, message)


def fetch(db: Session, model: type[T], row_id: int, what: str) -> T:
    row = db.get(model, row_id)
    if row is None:
        raise not_found(f"{what} {row_id}")
    return row


def own(db: Session, model: type[T], row_id: int, what: str) -> T:
    """Fetch a row of the signed-in customer; another customer's row looks like a missing one."""
    row = db.get(model, row_id)
    if row is None or getattr(row, "user_id", None) != USER_ID:
        raise not_found(f"{what} {row_id} on your account")
    return row


def next_id(db: Session, model: Any) -> int:
    return (db.scalar(select(func.max(model.id))) or 0) + 1


def count(db: Session, query: Select[Any]) -> int:
    return db.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def words(text: str | None) -> list[str]:
    return text.split() if text else []


def store_credit_cents(db: Session) -> int:
    own_entries = StoreCreditEntry.user_id == USER_ID
    return db.scalar(select(func.sum(StoreCreditEntry.amount_cents)).where(own_entries)) or 0


def point_balance(db: Session) -> int:
    return db.scalar(select(func.sum(LoyaltyEntry.points)).where(LoyaltyEntry.user_id == USER_ID)) or 0


def subtree(db: Session, category_id: int) -> set[int]:
    """The category and everything below it."""
    parents = {row.id: row.parent_id for row in db.scalars(select(Category))}
    found = {category_id}
    while grown := {child for child, parent in parents.items() if parent in found} - found:
        found |= grown
    return found


def sellable(variant: ProductVariant) -> int:
    """The most of a variant that one line can hold: a line leaves from a single warehouse."""
    if variant.status != "active":
        return 0
    return min(MAX_PER_LINE, max((level.available for level in variant.stock), default=0))


def require_sellable(variant: ProductVariant, quantity: int) -> None:
    name = f"{variant.product.name} ({variant.colour}, {variant.size})"
    if variant.status != "active":
        raise conflict(f"{name} is discontinued.")
    if quantity > sellable(variant):
        raise conflict(f"{name}: {quantity} wanted in one line, at most {sellable(variant)} can be had now.")


def my_cart(db: Session) -> Cart:
    cart = db.scalar(select(Cart).where(Cart.user_id == USER_ID))
    if cart is None:
        cart = Cart(user_id=USER_ID, updated_at=now())
        db.add(cart)
        db.flush()
    return cart


def my_cart_item(db: Session, cart_item_id: int) -> tuple[Cart, CartItem]:
    cart = my_cart(db)
    for item in cart.items:
        if item.id == cart_item_id:
            return cart, item
    raise not_found(f"Item {cart_item_id} in your cart")


def coupon_used(db: Session, coupon: Coupon) -> bool:
    return (
        db.scalar(
            select(CouponRedemption.id).where(
                CouponRedemption.coupon_id == coupon.id,
                CouponRedemption.user_id == USER_ID,
                CouponRedemption.status == "used",
            )
        )
        is not None
    )


def eligible_cents(db: Session, coupon: Coupon, items: Iterable[CartItem]) -> list[int]:
    """What each line counts towards the coupon, in cents."""
    ids = None if coupon.category_id is None else subtree(db, coupon.category_id)
    return [
        0
        if item.variant.is_final_sale or (ids is not None and item.variant.product.category_id not in ids)
        else item.quantity * item.variant.price_cents
        for item in items
    ]


def coupon_problem(db: Session, coupon: Coupon, eligible: Sequence[int]) -> str | None:
    if not coupon.starts_at <= now() <= coupon.ends_at:
        return f"{coupon.code} is valid from {coupon.starts_at[:10]} to {coupon.ends_at[:10]} only."
    if coupon.once_per_customer and coupon_used(db, coupon):
        return f"{coupon.code} can be used once per customer, and you have used it."
    if sum(eligible) < coupon.min_basket_cents or not sum(eligible):
        where = f" of {coupon.category.name}" if coupon.category else ""
        return (
            f"{coupon.code} needs at least {dollars(coupon.min_basket_cents)}{where} in the cart, "
            f"final sale goods not counted; the cart holds {dollars(sum(eligible))}."
        )
    return None


def share(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount over lines in proportion to their weights; the parts add up to it exactly."""
    total, running, parts = sum(weights), 0, []
    for weight in weights:
        before = amount * running // total if total else 0
        running += weight
        parts.append((amount * running // total if total else 0) - before)
    return parts


@dataclass(frozen=True)
class Basket:
    """A cart, priced: amounts in cents, `discounts` line by line."""

    items: list[CartItem]
    subtotal: int
    discounts: list[int]
    coupon: Coupon | None
    problem: str | None

    @property
    def discount(self) -> int:
        return sum(self.discounts)

    @property
    def merchandise(self) -> int:
        return self.subtotal - self.discount


def price_cart(db: Session, cart: Cart) -> Basket:
    items, coupon = list(cart.items), cart.coupon
    subtotal = sum(item.quantity * item.variant.price_cents for item in items)
    eligible = eligible_cents(db, coupon, items) if coupon else [0] * len(items)
    problem = coupon_problem(db, coupon, eligible) if coupon else None
    discount = 0
    if coupon and problem is None and coupon.kind == "percent":
        discount = (sum(eligible) * coupon.value + 50) // 100
    elif coupon and problem is None and coupon.kind == "amount":
        discount = min(coupon.value, sum(eligible))
    return Basket(items, subtotal, share(discount, eligible), coupon, problem)


def shipping_for(db: Session, basket: Basket, code: str) -> tuple[ShippingMethod, int]:
    """The shipping method of that code and what it costs for the basket, in cents."""
    oversize = any(item.variant.product.is_oversize for item in basket.items)
    if oversize != (code == "freight"):
        needed = "needs freight" if oversize else "holds nothing oversize and travels by standard or express"
        raise conflict(f"This cart {needed}.")
    method = db.scalar(select(ShippingMethod).where(ShippingMethod.code == code))
    if method is None:
        raise not_found(f"Shipping method {code}")
    waived = basket.coupon and basket.problem is None and basket.coupon.kind == "free_shipping"
    if waived and code == "standard":
        return method, 0
    if method.free_from_cents is not None and basket.merchandise >= method.free_from_cents:
        return method, 0
    return method, method.price_cents


def require_ready(basket: Basket) -> None:
    if not basket.items:
        raise conflict("The cart is empty.")
    if basket.problem:
        raise conflict(f"{basket.problem} Remove the coupon or change the cart.")
    for item in basket.items:
        require_sellable(item.variant, item.quantity)


def postal(address: Address) -> str:
    parts = (address.recipient, address.line1, address.line2, address.city)
    return ", ".join([part for part in parts if part] + [f"{address.state} {address.postal_code}"])


def expired(card: PaymentMethod) -> bool:
    return (card.exp_year, card.exp_month) < (today().year, today().month)


def set_default(db: Session, address: Address) -> None:
    for other in db.scalars(select(Address).where(Address.user_id == USER_ID, Address.is_default == 1)):
        other.is_default = 0
    db.flush()
    address.is_default = 1


def require_free_label(db: Session, label: str, address_id: int | None = None) -> None:
    clash = db.scalar(select(Address.id).where(Address.user_id == USER_ID, Address.label == label))
    if clash is not None and clash != address_id:
        raise conflict(f"Address {clash} is already called {label}.")


def returned_quantity(db: Session, order_item_id: int) -> int:
    query = (
        select(func.sum(ReturnItem.quantity))
        .join(Return, Return.id == ReturnItem.return_id)
        .where(ReturnItem.order_item_id == order_item_id, Return.status != "cancelled")
    )
    return db.scalar(query) or 0


def refund_cents(item: OrderItem, quantity: int) -> int:
    """What was paid for that many of a line: its price less its share of the discount, half a cent up."""
    paid = item.quantity * item.unit_price_cents - item.discount_cents
    return (2 * paid * quantity + item.quantity) // (2 * item.quantity)


def eligibility(db: Session, item: OrderItem) -> EligibilityLine:
    product = item.variant.product
    category, shipment = product.category, item.shipment
    delivered = day(shipment.delivered_at) if shipment and shipment.delivered_at else None
    last = delivered + timedelta(days=category.return_days) if delivered else None
    returned = returned_quantity(db, item.id)
    problem = None
    if not category.returnable:
        problem = f"{category.name} cannot be returned."
    elif item.is_final_sale:
        problem = "Sold as final sale."
    elif last is None:
        problem = "Not delivered yet."
    elif today() > last:
        problem = f"The return window closed on {last.isoformat()}."
    elif returned >= item.quantity:
        problem = "Already in a return."
    returnable = category.returnable and not item.is_final_sale
    quantity = 0 if problem else item.quantity - returned
    return EligibilityLine(
        order_item_id=item.id,
        product=product.name,
        ordered=item.quantity,
        already_returned=returned,
        returnable_quantity=quantity,
        refund_for_all=usd(refund_cents(item, quantity)),
        delivered_on=delivered.isoformat() if delivered else None,
        last_return_date=last.isoformat() if last and returnable else None,
        reason_if_not=problem,
    )


def was_delivered(db: Session, product_id: int) -> bool:
    """Whether the customer has received the product."""
    query = (
        select(OrderItem.id)
        .join(Order, Order.id == OrderItem.order_id)
        .join(ProductVariant, ProductVariant.id == OrderItem.variant_id)
        .join(ShipmentItem, ShipmentItem.order_item_id == OrderItem.id)
        .join(Shipment, Shipment.id == ShipmentItem.shipment_id)
        .where(
            Order.user_id == USER_ID,
            ProductVariant.product_id == product_id,
            Shipment.status == "delivered",
        )
    )
    return db.scalar(query.limit(1)) is not None


def rating_of(db: Session, product_id: int) -> tuple[float | None, int]:
    average, number = db.execute(
        select(func.avg(Review.rating), func.count(Review.id)).where(
            Review.product_id == product_id, Review.status == "published"
        )
    ).one()
    return (None if average is None else round(average, 2)), number


# Views: rows as response models


def view_variant(variant: ProductVariant) -> VariantOut:
    availability: Availability = "in_stock" if sellable(variant) else "out_of_stock"
    return VariantOut(
        id=variant.id,
        sku=variant.sku,
        colour=variant.colour,
        size=variant.size,
        price=usd(variant.price_cents),
        availability=availability if variant.status == "active" else "discontinued",
        final_sale=bool(variant.is_final_sale),
    )


def view_review(review: Review) -> ReviewOut:
    return ReviewOut(
        id=review.id,
        product_id=review.product_id,
        author="you" if review.user_id == USER_ID else review.author.full_name.split()[0],
        rating=review.rating,
        title=review.title,
        body=review.body,
        status=review.status,
        created_at=review.created_at,
        updated_at=review.updated_at,
    )


def view_coupon(db: Session, coupon: Coupon) -> CouponOut:
    return CouponOut(
        code=coupon.code,
        description=coupon.description,
        kind=coupon.kind,
        value=usd(coupon.value) if coupon.kind == "amount" else coupon.value,
        min_basket=usd(coupon.min_basket_cents),
        category=coupon.category.name if coupon.category else None,
        ends_at=coupon.ends_at,
        once_per_customer=bool(coupon.once_per_customer),
        used_by_you=coupon_used(db, coupon),
    )


def view_cart(db: Session, cart: Cart) -> CartOut:
    basket = price_cart(db, cart)
    return CartOut(
        items=[
            CartLineOut(
                cart_item_id=item.id,
                variant_id=item.variant_id,
                product=item.variant.product.name,
                colour=item.variant.colour,
                size=item.variant.size,
                quantity=item.quantity,
                unit_price=usd(item.variant.price_cents),
                line_total=usd(item.quantity * item.variant.price_cents),
            )
            for item in basket.items
        ],
        subtotal=usd(basket.subtotal),
        coupon=basket.coupon.code if basket.coupon else None,
        coupon_problem=basket.problem,
        discount=usd(basket.discount),
        merchandise_total=usd(basket.merchandise),
    )


def view_order_summary(order: Order) -> OrderSummary:
    return OrderSummary(
        id=order.id,
        number=order.number,
        status=order.status,
        placed_at=order.placed_at,
        total=usd(order.total_cents),
        item_count=sum(item.quantity for item in order.items),
    )


def view_order(order: Order) -> OrderDetail:
    return OrderDetail(
        id=order.id,
        number=order.number,
        status=order.status,
        placed_at=order.placed_at,
        estimated_delivery=order.estimated_delivery,
        address_id=order.address_id,
        ship_to=order.ship_to,
        shipping_method=order.shipping_method.code,
        coupon=order.coupon.code if order.coupon else None,
        subtotal=usd(order.subtotal_cents),
        discount=usd(order.discount_cents),
        shipping=usd(order.shipping_cents),
        total=usd(order.total_cents),
        cancelled_at=order.cancelled_at,
        cancel_reason=order.cancel_reason,
        items=[
            OrderItemOut(
                order_item_id=item.id,
                product_id=item.variant.product_id,
                variant_id=item.variant_id,
                product=item.variant.product.name,
                colour=item.variant.colour,
                size=item.variant.size,
                quantity=item.quantity,
                unit_price=usd(item.unit_price_cents),
                discount=usd(item.discount_cents),
                final_sale=bool(item.is_final_sale),
            )
            for item in order.items
        ],
        payments=[
            PaymentOut(
                source=payment.source,
                card=f"{payment.payment_method.brand} {payment.payment_method.last4}"
                if payment.payment_method
                else None,
                amount=usd(payment.amount_cents),
            )
            for payment in order.payments
        ],
        refunds=[
            RefundOut(
                destination=refund.destination,
                amount=usd(refund.amount_cents),
                return_id=refund.return_id,
                created_at=refund.created_at,
            )
            for refund in order.refunds
        ],
    )


def view_shipment(shipment: Shipment) -> ShipmentOut:
    return ShipmentOut(
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        status=shipment.status,
        from_warehouse=shipment.warehouse.code,
        shipped_at=shipment.shipped_at,
        delivered_at=shipment.delivered_at,
        contents=[
            f"{item.quantity} x {item.variant.product.name} ({item.variant.colour}, {item.variant.size})"
            for item in shipment.items
        ],
        events=[EventOut.model_validate(event) for event in shipment.events],
    )


def view_return(entry: Return) -> ReturnOut:
    return ReturnOut(
        id=entry.id,
        rma_number=entry.rma_number,
        order_id=entry.order_id,
        order_number=entry.order.number,
        status=entry.status,
        refund_to=entry.refund_to,
        label_fee=usd(entry.label_fee_cents),
        refund=usd(entry.refund_cents),
        created_at=entry.created_at,
        items=[
            ReturnLineOut(
                order_item_id=item.order_item_id,
                product=item.order_item.variant.product.name,
                quantity=item.quantity,
                reason=item.reason,
            )
            for item in entry.items
        ],
    )


def view_wishlist(wishlist: Wishlist) -> WishlistOut:
    return WishlistOut(
        id=wishlist.id,
        name=wishlist.name,
        items=[
            WishlistItemOut(
                wishlist_item_id=item.id,
                product_id=item.variant.product_id,
                variant_id=item.variant_id,
                product=item.variant.product.name,
                colour=item.variant.colour,
                size=item.variant.size,
                price=usd(item.variant.price_cents),
                wanted=item.wanted,
                note=item.note,
                added_at=item.added_at,
            )
            for item in wishlist.items
        ],
    )


def view_ticket_summary(db: Session, ticket: SupportTicket) -> TicketSummary:
    order = db.get(Order, ticket.order_id) if ticket.order_id else None
    return TicketSummary(
        id=ticket.id,
        subject=ticket.subject,
        topic=ticket.topic,
        order_number=order.number if order else None,
        status=ticket.status,
        updated_at=ticket.updated_at,
    )


def view_ticket(db: Session, ticket: SupportTicket) -> TicketDetail:
    return TicketDetail(
        **view_ticket_summary(db, ticket).model_dump(),
        messages=[MessageOut.model_validate(message) for message in ticket.messages],
    )


def view_balance(db: Session, message: str) -> BalanceOut:
    return BalanceOut(
        store_credit=usd(store_credit_cents(db)),
        points=point_balance(db),
        message=message,
    )


# The application


app = FastAPI(title="Fernbank", version="1.0.0", description="A home and outdoor shop, for its customer.")


@app.exception_handler(RequestValidationError)
async def refuse_invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
    """Answer 422 without echoing the input, which JSON cannot always carry back."""
    detail = [
        {
            "loc": [str(part).encode("utf-8", "replace").decode() for part in item["loc"]],
            "msg": item["msg"].encode("utf-8", "replace").decode(),
            "type": item["type"],
        }
        for item in error.errors()
    ]
    return JSONResponse({"detail": detail}, status_code=422)


@app.exception_handler(IntegrityError)
async def refuse_conflict(_request: Request, _error: IntegrityError) -> JSONResponse:
    return JSONResponse({"detail": "The change contradicts the shop's data."}, status_code=409)


# Catalogue


@app.get("/categories", operation_id="list_categories", summary="List categories")
async def list_categories(db: Db) -> Page[CategoryOut]:
    """List all categories with their parents and return rules.

    Categories form two levels: a search in a parent finds the goods of its children too.
    """
    counts = db.execute(select(Product.category_id, func.count()).group_by(Product.category_id))
    numbers = dict(counts.tuples().all())
    rows = db.scalars(select(Category).order_by(Category.id)).all()
    items = [
        CategoryOut(
            id=row.id,
            name=row.name,
            parent_id=row.parent_id,
            returnable=bool(row.returnable),
            return_days=row.return_days,
            products=numbers.get(row.id, 0),
        )
        for row in rows
    ]
    return Page(total=len(items), items=items)


@app.get("/products", operation_id="search_products", summary="Search products")
async def search_products(
    db: Db,
    query: Search = None,
    category_id: Annotated[
        int | None, Query(ge=1, le=MAX_ID, description="Only this category and its children.")
    ] = None,
    min_price: Annotated[
        float | None, Query(ge=0, le=100_000, description="Some variant costs at least this.")
    ] = None,
    max_price: Annotated[
        float | None, Query(ge=0, le=100_000, description="Some variant costs at most this.")
    ] = None,
    min_rating: Annotated[
        float | None, Query(ge=1, le=5, description="Average rating at least this.")
    ] = None,
    in_stock: Annotated[bool, Query(description="Only products with some variant in stock.")] = False,
    sort: Annotated[
        Literal["name", "price", "rating", "newest"],
        Query(description="name and price ascending, rating and newest descending."),
    ] = "name",
    limit: Limit = 10,
    offset: Offset = 0,
) -> Page[ProductSummary]:
    """Search the products on sale by words, category, price, rating and stock.

    Words are looked up in name, description, brand and category. Prices and stock differ by variant: colours,
    sizes and their availability are in get_product.
    """
    prices = (
        select(
            ProductVariant.product_id,
            func.min(ProductVariant.price_cents).label("low"),
            func.max(ProductVariant.price_cents).label("high"),
        )
        .where(ProductVariant.status == "active")
        .group_by(ProductVariant.product_id)
        .subquery()
    )
    ratings = (
        select(Review.product_id, func.avg(Review.rating).label("average"), func.count().label("number"))
        .where(Review.status == "published")
        .group_by(Review.product_id)
        .subquery()
    )
    found = (
        select(Product, prices.c.low, prices.c.high, ratings.c.average, ratings.c.number)
        .join(prices, prices.c.product_id == Product.id)
        .join(Brand, Brand.id == Product.brand_id)
        .join(Category, Category.id == Product.category_id)
        .outerjoin(ratings, ratings.c.product_id == Product.id)
    )
    for word in words(query):
        places = (Product.name, Product.description, Brand.name, Category.name)
        found = found.where(or_(*(place.icontains(word, autoescape=True) for place in places)))
    if category_id is not None:
        fetch(db, Category, category_id, "Category")
        found = found.where(Product.category_id.in_(subtree(db, category_id)))
    if min_price is not None or max_price is not None or in_stock:
        fitting = select(ProductVariant.product_id).where(ProductVariant.status == "active")
        if min_price is not None:
            fitting = fitting.where(ProductVariant.price_cents >= round(min_price * 100))
        if max_price is not None:
            fitting = fitting.where(ProductVariant.price_cents <= round(max_price * 100))
        if in_stock:
            fitting = fitting.join(StockLevel, StockLevel.variant_id == ProductVariant.id).where(
                StockLevel.on_hand > StockLevel.reserved
            )
        found = found.where(Product.id.in_(fitting))
    if min_rating is not None:
        found = found.where(ratings.c.average >= min_rating)
    orderings = {
        "name": Product.name.asc(),
        "price": prices.c.low.asc(),
        "rating": func.coalesce(ratings.c.average, 0).desc(),
        "newest": Product.launched_on.desc(),
    }
    rows = db.execute(found.order_by(orderings[sort], Product.id).limit(limit).offset(offset)).all()
    items = [
        ProductSummary(
            id=product.id,
            name=product.name,
            brand=product.brand.name,
            category=product.category.name,
            price_from=usd(low),
            price_to=usd(high),
            rating=None if average is None else round(average, 2),
            review_count=number or 0,
        )
        for product, low, high, average, number in rows
    ]
    return Page(total=count(db, found), items=items)


@app.get("/products/{product_id}", operation_id="get_product", summary="Get a product")
async def get_product(db: Db, product_id: ProductId) -> ProductDetail:
    """Show one product with its variants.

    Each variant has its id, SKU, colour, size, price, availability and whether it is final sale. The return
    rule, the rating, and your own review with the review's id are there too.
    """
    product = fetch(db, Product, product_id, "Product")
    rating, number = rating_of(db, product.id)
    mine = db.scalar(select(Review).where(Review.product_id == product.id, Review.user_id == USER_ID))
    return ProductDetail(
        id=product.id,
        name=product.name,
        brand=product.brand.name,
        category=product.category.name,
        description=product.description,
        oversize=bool(product.is_oversize),
        warranty_years=product.brand.warranty_years,
        returnable=bool(product.category.returnable),
        return_days=product.category.return_days,
        launched_on=product.launched_on,
        rating=rating,
        review_count=number,
        variants=[view_variant(variant) for variant in product.variants],
        my_review=view_review(mine) if mine else None,
    )


@app.get("/variants/{variant_id}/stock", operation_id="check_stock", summary="Check the stock of a variant")
async def check_stock(db: Db, variant_id: VariantId) -> StockOut:
    """Show how many of a variant can be had, warehouse by warehouse.

    A cart or order line leaves from a single warehouse, so `max_per_line` may be less than what is available
    in all.
    """
    variant = fetch(db, ProductVariant, variant_id, "Variant")
    return StockOut(
        variant_id=variant.id,
        sku=variant.sku,
        product=variant.product.name,
        status=variant.status,
        price=usd(variant.price_cents),
        warehouses=[
            WarehouseStock(
                warehouse=level.warehouse.code, city=level.warehouse.city, available=level.available
            )
            for level in variant.stock
        ],
        available=sum(level.available for level in variant.stock),
        max_per_line=sellable(variant),
    )


@app.get(
    "/variants/{variant_id}/prices", operation_id="get_price_history", summary="Get a variant's price history"
)
async def get_price_history(db: Db, variant_id: VariantId) -> Page[PriceOut]:
    """List what a variant has cost and from when to when, oldest first; the last price has no end.

    Variants whose price never changed have no history.
    """
    fetch(db, ProductVariant, variant_id, "Variant")
    rows = db.scalars(
        select(PriceHistory).where(PriceHistory.variant_id == variant_id).order_by(PriceHistory.valid_from)
    ).all()
    items = [
        PriceOut(price=usd(row.price_cents), valid_from=row.valid_from, valid_to=row.valid_to) for row in rows
    ]
    return Page(total=len(items), items=items)


@app.get(
    "/products/{product_id}/reviews", operation_id="list_product_reviews", summary="List a product's reviews"
)
async def list_product_reviews(
    db: Db, product_id: ProductId, limit: Limit = 10, offset: Offset = 0
) -> Page[ReviewOut]:
    """List the published reviews of a product, newest first."""
    fetch(db, Product, product_id, "Product")
    found = select(Review).where(Review.product_id == product_id, Review.status == "published")
    page = found.order_by(Review.created_at.desc(), Review.id.desc()).limit(limit).offset(offset)
    return Page(total=count(db, found), items=[view_review(row) for row in db.scalars(page)])


@app.post(
    "/products/{product_id}/reviews",
    operation_id="create_review",
    summary="Review a product",
    status_code=201,
)
async def create_review(db: Db, product_id: ProductId, review: CreateReview) -> ReviewOut:
    """Write a review of a product that has been delivered to you.

    One review per product: edit it with update_review. It shows once moderation has published it.
    """
    fetch(db, Product, product_id, "Product")
    if not was_delivered(db, product_id):
        raise conflict("You can review a product once it has been delivered to you.")
    if db.scalar(select(Review.id).where(Review.product_id == product_id, Review.user_id == USER_ID)):
        raise conflict("You have reviewed this product; update that review instead.")
    row = Review(
        product_id=product_id,
        user_id=USER_ID,
        status="pending",
        created_at=now(),
        updated_at=now(),
        **review.model_dump(),
    )
    db.add(row)
    db.commit()
    return view_review(row)


@app.patch("/reviews/{review_id}", operation_id="update_review", summary="Edit your review")
async def update_review(
    db: Db,
    review_id: Annotated[int, Path(ge=1, le=MAX_ID, description="Your review's id, see get_product.")],
    changes: UpdateReview,
) -> ReviewOut:
    """Change stars, title or text of your review; what you leave out stays.

    Possible for 90 days after it was written. An edited review goes back to moderation.
    """
    row = own(db, Review, review_id, "Review")
    if today() > day(row.created_at) + timedelta(days=REVIEW_EDIT_DAYS):
        raise conflict(f"Reviews can be edited for {REVIEW_EDIT_DAYS} days after they were written.")
    values = changes.model_dump(exclude_none=True)
    if not values:
        raise conflict("Nothing to change: give a rating, a title or a text.")
    for name, value in values.items():
        setattr(row, name, value)
    row.status, row.updated_at = "pending", now()
    db.commit()
    return view_review(row)


# Cart and checkout


@app.get("/coupons", operation_id="list_coupons", summary="List the running coupons")
async def list_coupons(db: Db) -> Page[CouponOut]:
    """List the coupons that run now and are open to everybody, soonest to end first.

    Each has its conditions and whether you have used it. A coupon limited to a category counts the goods of
    its children too. Personal codes are not listed but can be applied.
    """
    running = select(Coupon).where(Coupon.is_public == 1, Coupon.starts_at <= now(), Coupon.ends_at >= now())
    rows = db.scalars(running.order_by(Coupon.ends_at, Coupon.id)).all()
    return Page(total=len(rows), items=[view_coupon(db, row) for row in rows])


@app.get("/cart", operation_id="get_cart", summary="Get your cart")
async def get_cart(db: Db) -> CartOut:
    """Show your cart: its lines with their ids, the applied coupon and what it takes off, before shipping."""
    return view_cart(db, my_cart(db))


@app.post("/cart/items", operation_id="add_cart_item", summary="Add to your cart", status_code=201)
async def add_cart_item(db: Db, item: AddCartItem) -> CartOut:
    """Add a variant to your cart, or more of one that is in it.

    A line holds at most 10, and no more than a single warehouse has (see check_stock); discontinued variants
    cannot be added.
    """
    variant = fetch(db, ProductVariant, item.variant_id, "Variant")
    cart = my_cart(db)
    line = next((line for line in cart.items if line.variant_id == variant.id), None)
    require_sellable(variant, item.quantity + (line.quantity if line else 0))
    if line:
        line.quantity += item.quantity
    else:
        cart.items.append(CartItem(variant=variant, quantity=item.quantity, added_at=now()))
    cart.updated_at = now()
    db.commit()
    return view_cart(db, cart)


CartItemId = Annotated[int, Path(ge=1, le=MAX_ID, description="The cart line's id, see get_cart.")]


@app.patch("/cart/items/{cart_item_id}", operation_id="update_cart_item", summary="Change a cart line")
async def update_cart_item(db: Db, cart_item_id: CartItemId, change: UpdateCartItem) -> CartOut:
    """Set the quantity of a line of your cart, 1 to 10 and no more than a single warehouse has.

    To take a line out, use remove_cart_item.
    """
    cart, line = my_cart_item(db, cart_item_id)
    require_sellable(line.variant, change.quantity)
    line.quantity, cart.updated_at = change.quantity, now()
    db.commit()
    return view_cart(db, cart)


@app.delete("/cart/items/{cart_item_id}", operation_id="remove_cart_item", summary="Remove a cart line")
async def remove_cart_item(db: Db, cart_item_id: CartItemId) -> CartOut:
    """Take a line out of your cart, whatever its quantity."""
    cart, line = my_cart_item(db, cart_item_id)
    cart.items.remove(line)
    cart.updated_at = now()
    db.commit()
    return view_cart(db, cart)


@app.put("/cart/coupon", operation_id="apply_coupon", summary="Apply a coupon")
async def apply_coupon(db: Db, coupon: ApplyCoupon) -> CartOut:
    """Apply a coupon to your cart; it replaces the one applied before.

    It must be running, unused by you if it is for once per customer, and the goods it covers must reach its
    minimum. Final sale goods never count.
    """
    row = db.scalar(select(Coupon).where(Coupon.code == coupon.code))
    if row is None:
        raise not_found(f"Coupon {coupon.code}")
    cart = my_cart(db)
    if problem := coupon_problem(db, row, eligible_cents(db, row, cart.items)):
        raise conflict(problem)
    cart.coupon, cart.updated_at = row, now()
    db.commit()
    return view_cart(db, cart)


@app.delete("/cart/coupon", operation_id="remove_coupon", summary="Remove the coupon")
async def remove_coupon(db: Db) -> CartOut:
    """Take the applied coupon off your cart."""
    cart = my_cart(db)
    if cart.coupon is None:
        raise conflict("No coupon is applied.")
    cart.coupon, cart.updated_at = None, now()
    db.commit()
    return view_cart(db, cart)


@app.get("/checkout/quote", operation_id="quote_checkout", summary="Quote the checkout")
async def quote_checkout(
    db: Db,
    shipping_method: Annotated[ShippingCode, Query(description="How the order would travel.")] = "standard",
    use_store_credit: Annotated[
        bool, Query(description="Use your whole store credit before the card.")
    ] = False,
) -> QuoteOut:
    """Work out what your cart costs with a shipping method, coupon and store credit, without ordering.

    Standard is free from $75.00 after discounts; a cart with an oversize product travels by freight, any
    other cannot.
    """
    basket = price_cart(db, my_cart(db))
    require_ready(basket)
    method, fee = shipping_for(db, basket, shipping_method)
    total = basket.merchandise + fee
    credit = min(total, store_credit_cents(db)) if use_store_credit else 0
    return QuoteOut(
        shipping_method=method.code,
        subtotal=usd(basket.subtotal),
        discount=usd(basket.discount),
        shipping=usd(fee),
        total=usd(total),
        store_credit_used=usd(credit),
        charged_to_card=usd(total - credit),
        estimated_delivery=(today() + timedelta(days=method.days)).isoformat(),
    )


@app.post("/orders", operation_id="place_order", summary="Place an order", status_code=201)
async def place_order(db: Db, order: PlaceOrder) -> OrderDetail:
    """Order everything in your cart.

    It is paid at once, from your store credit first if you say so and from the card for the rest; the card
    must not be expired. Stock is reserved, each line in one warehouse, an applied coupon counts as used, and
    the cart is empty afterwards. Check with quote_checkout before.
    """
    address = own(db, Address, order.address_id, "Address")
    card = own(db, PaymentMethod, order.payment_method_id, "Payment method")
    cart = my_cart(db)
    basket = price_cart(db, cart)
    require_ready(basket)
    method, fee = shipping_for(db, basket, order.shipping_method)
    total = basket.merchandise + fee
    credit = min(total, store_credit_cents(db)) if order.use_store_credit else 0
    if expired(card) and total > credit:
        raise conflict(f"The {card.brand} ending in {card.last4} has expired.")
    row_id = next_id(db, Order)
    row = Order(
        id=row_id,
        number=f"FB-{10400 + row_id}",
        user_id=USER_ID,
        status="placed",
        address_id=address.id,
        ship_to=postal(address),
        shipping_method=method,
        coupon=basket.coupon,
        subtotal_cents=basket.subtotal,
        discount_cents=basket.discount,
        shipping_cents=fee,
        total_cents=total,
        placed_at=now(),
        estimated_delivery=(today() + timedelta(days=method.days)).isoformat(),
    )
    for item, discount in zip(basket.items, basket.discounts, strict=True):
        level = next(level for level in item.variant.stock if level.available >= item.quantity)
        level.reserved += item.quantity
        row.items.append(
            OrderItem(
                variant=item.variant,
                warehouse_id=level.warehouse_id,
                quantity=item.quantity,
                unit_price_cents=item.variant.price_cents,
                discount_cents=discount,
                is_final_sale=item.variant.is_final_sale,
            )
        )
    if credit:
        row.payments.append(Payment(source="store_credit", amount_cents=credit, paid_at=now()))
        db.add(
            StoreCreditEntry(
                user_id=USER_ID,
                amount_cents=-credit,
                reason="order",
                note=f"Order {row.number}",
                created_at=now(),
            )
        )
    if total > credit:
        row.payments.append(
            Payment(source="card", payment_method=card, amount_cents=total - credit, paid_at=now())
        )
    db.add(row)
    db.flush()
    if basket.coupon:
        db.add(
            CouponRedemption(
                coupon_id=basket.coupon.id, user_id=USER_ID, order_id=row.id, status="used", redeemed_at=now()
            )
        )
    cart.items.clear()
    cart.coupon, cart.updated_at = None, now()
    db.commit()
    return view_order(row)


# Orders


@app.get("/orders", operation_id="list_orders", summary="List your orders")
async def list_orders(
    db: Db,
    query: Search = None,
    status: Annotated[OrderStatus | None, Query(description="Only orders in this status.")] = None,
    placed_from: Annotated[date | None, Query(description="Placed on this day or later.")] = None,
    placed_to: Annotated[date | None, Query(description="Placed on this day or earlier.")] = None,
    limit: Limit = 10,
    offset: Offset = 0,
) -> Page[OrderSummary]:
    """List your orders, newest first.

    `query` looks for each of its words in the order number and in the names of the products ordered. What an
    order holds is in get_order.
    """
    found = select(Order).where(Order.user_id == USER_ID)
    for word in words(query):
        holding = (
            select(OrderItem.order_id)
            .join(ProductVariant, ProductVariant.id == OrderItem.variant_id)
            .join(Product, Product.id == ProductVariant.product_id)
            .where(Product.name.icontains(word, autoescape=True))
        )
        found = found.where(or_(Order.number.icontains(word, autoescape=True), Order.id.in_(holding)))
    if status is not None:
        found = found.where(Order.status == status)
    if placed_from is not None:
        found = found.where(func.substr(Order.placed_at, 1, 10) >= placed_from.isoformat())
    if placed_to is not None:
        found = found.where(func.substr(Order.placed_at, 1, 10) <= placed_to.isoformat())
    page = found.order_by(Order.placed_at.desc(), Order.id.desc()).limit(limit).offset(offset)
    return Page(total=count(db, found), items=[view_order_summary(row) for row in db.scalars(page)])


@app.get("/orders/{order_id}", operation_id="get_order", summary="Get an order")
async def get_order(db: Db, order_id: OrderId) -> OrderDetail:
    """Show one of your orders: items with their order_item_ids, amounts, address, payments and refunds."""
    return view_order(own(db, Order, order_id, "Order"))


@app.get("/orders/{order_id}/tracking", operation_id="track_order", summary="Track an order")
async def track_order(db: Db, order_id: OrderId) -> TrackingOut:
    """Show the parcels of one of your orders.

    Each has its contents, carrier, tracking number, status and every scan.
    """
    order = own(db, Order, order_id, "Order")
    return TrackingOut(
        order_id=order.id,
        number=order.number,
        status=order.status,
        estimated_delivery=order.estimated_delivery,
        shipments=[view_shipment(shipment) for shipment in order.shipments],
    )


@app.post("/orders/{order_id}/cancel", operation_id="cancel_order", summary="Cancel an order")
async def cancel_order(db: Db, order_id: OrderId, cancellation: CancelOrder) -> OrderDetail:
    """Cancel one of your orders that is still in status placed; it cannot be undone.

    Every payment goes back to where it came from, the stock is released, and a coupon used on the order can
    be used again.
    """
    order = own(db, Order, order_id, "Order")
    if order.status != "placed":
        raise conflict(f"{order.number} is {order.status}; only orders in status placed can be cancelled.")
    for item in order.items:
        level = db.get(StockLevel, (item.variant_id, item.warehouse_id))
        if level:
            level.reserved = max(0, level.reserved - item.quantity)
    for payment in order.payments:
        order.refunds.append(
            Refund(destination=payment.source, amount_cents=payment.amount_cents, created_at=now())
        )
        if payment.source == "store_credit":
            db.add(
                StoreCreditEntry(
                    user_id=USER_ID,
                    amount_cents=payment.amount_cents,
                    reason="refund",
                    note=f"Order {order.number} cancelled",
                    created_at=now(),
                )
            )
    redemption = db.scalar(select(CouponRedemption).where(CouponRedemption.order_id == order.id))
    if redemption:
        redemption.status = "released"
    order.status, order.cancelled_at, order.cancel_reason = "cancelled", now(), cancellation.reason
    db.commit()
    return view_order(order)


@app.put("/orders/{order_id}/address", operation_id="change_order_address", summary="Send an order elsewhere")
async def change_order_address(db: Db, order_id: OrderId, target: ChangeOrderAddress) -> OrderDetail:
    """Send one of your orders in status placed to another address of your address book.

    The entry is taken as it reads now. Nothing else about the order changes.
    """
    order = own(db, Order, order_id, "Order")
    address = own(db, Address, target.address_id, "Address")
    if order.status != "placed":
        raise conflict(f"{order.number} is {order.status}; only orders in status placed can be redirected.")
    order.address_id, order.ship_to = address.id, postal(address)
    db.commit()
    return view_order(order)


# Returns


@app.get(
    "/orders/{order_id}/return-eligibility",
    operation_id="check_return_eligibility",
    summary="Check what can be returned",
)
async def check_return_eligibility(db: Db, order_id: OrderId) -> EligibilityOut:
    """Show, item by item, what of one of your orders can be returned today.

    Each has how many can come back, what that refunds and until which day, or why it cannot come back. The
    days count from the delivery of the item's parcel, by the window of its category.
    """
    order = own(db, Order, order_id, "Order")
    return EligibilityOut(
        order_id=order.id,
        number=order.number,
        label_fee=usd(RETURN_LABEL_CENTS),
        items=[eligibility(db, item) for item in order.items],
    )


@app.post(
    "/orders/{order_id}/returns", operation_id="create_return", summary="Request a return", status_code=201
)
async def create_return(db: Db, order_id: OrderId, request: CreateReturn) -> ReturnOut:
    """Request the return of items of one of your orders, all in one parcel.

    Only what check_return_eligibility allows. The refund is what you paid for the items; $6.95 for the label
    comes off when it goes to the original payment and any reason is changed_mind or wrong_size. It is paid
    out once the goods have arrived.
    """
    order = own(db, Order, order_id, "Order")
    items = {item.id: item for item in order.items}
    if len({line.order_item_id for line in request.items}) != len(request.items):
        raise conflict("Each order item may be named once.")
    total = 0
    for line in request.items:
        item = items.get(line.order_item_id)
        if item is None:
            raise not_found(f"Item {line.order_item_id} in {order.number}")
        allowed = eligibility(db, item)
        if line.quantity > allowed.returnable_quantity:
            why = allowed.reason_if_not or f"At most {allowed.returnable_quantity} can be returned."
            raise conflict(f"{allowed.product}: {why}")
        total += refund_cents(item, line.quantity)
    at_your_cost = any(line.reason in ("changed_mind", "wrong_size") for line in request.items)
    fee = RETURN_LABEL_CENTS if at_your_cost and request.refund_to == "original_payment" else 0
    row_id = next_id(db, Return)
    row = Return(
        id=row_id,
        rma_number=f"RMA-{5000 + row_id}",
        user_id=USER_ID,
        order=order,
        status="requested",
        refund_to=request.refund_to,
        label_fee_cents=fee,
        refund_cents=max(0, total - fee),
        created_at=now(),
        items=[
            ReturnItem(order_item=items[line.order_item_id], quantity=line.quantity, reason=line.reason)
            for line in request.items
        ],
    )
    db.add(row)
    db.commit()
    return view_return(row)


@app.get("/returns", operation_id="list_returns", summary="List your returns")
async def list_returns(
    db: Db,
    status: Annotated[
        Literal["requested", "received", "refunded", "cancelled"] | None,
        Query(description="Only returns in this status."),
    ] = None,
    limit: Limit = 10,
    offset: Offset = 0,
) -> Page[ReturnOut]:
    """List your returns with their items and refunds, newest first."""
    found = select(Return).where(Return.user_id == USER_ID)
    if status is not None:
        found = found.where(Return.status == status)
    page = found.order_by(Return.created_at.desc(), Return.id.desc()).limit(limit).offset(offset)
    return Page(total=count(db, found), items=[view_return(row) for row in db.scalars(page)])


@app.post("/returns/{return_id}/cancel", operation_id="cancel_return", summary="Cancel a return")
async def cancel_return(
    db: Db, return_id: Annotated[int, Path(ge=1, le=MAX_ID, description="The return's id.")]
) -> ReturnOut:
    """Withdraw one of your returns while it is in status requested.

    You keep the goods, and may return them again within their window.
    """
    row = own(db, Return, return_id, "Return")
    if row.status != "requested":
        raise conflict(f"{row.rma_number} is {row.status}; only requested returns can be cancelled.")
    row.status = "cancelled"
    db.commit()
    return view_return(row)


# Account


@app.get("/account", operation_id="get_account", summary="Get your account")
async def get_account(db: Db) -> AccountOut:
    """Show your account: name, contact, tier, loyalty points and store credit."""
    user = fetch(db, User, USER_ID, "User")
    return AccountOut(
        name=user.full_name,
        email=user.email,
        phone=user.phone,
        tier=user.tier,
        member_since=user.created_at,
        store_credit=usd(store_credit_cents(db)),
        points=point_balance(db),
    )


@app.get("/addresses", operation_id="list_addresses", summary="List your addresses")
async def list_addresses(db: Db) -> Page[AddressOut]:
    """List the addresses in your address book."""
    rows = db.scalars(select(Address).where(Address.user_id == USER_ID).order_by(Address.id)).all()
    return Page(total=len(rows), items=[AddressOut.model_validate(row) for row in rows])


@app.post("/addresses", operation_id="create_address", summary="Add an address", status_code=201)
async def create_address(db: Db, address: CreateAddress) -> AddressOut:
    """Add an entry to your address book under a label of its own.

    The default address stays unless you say so.
    """
    require_free_label(db, address.label)
    row = Address(user_id=USER_ID, is_default=0, **address.model_dump(exclude={"make_default"}))
    db.add(row)
    db.flush()
    if address.make_default:
        set_default(db, row)
    db.commit()
    return AddressOut.model_validate(row)


@app.patch("/addresses/{address_id}", operation_id="update_address", summary="Correct an address")
async def update_address(
    db: Db,
    address_id: Annotated[int, Path(ge=1, le=MAX_ID, description="The address's id.")],
    changes: UpdateAddress,
) -> AddressOut:
    """Correct an entry of your address book; what you leave out stays.

    Orders that were placed before keep the address they were placed with: use change_order_address for those.
    """
    row = own(db, Address, address_id, "Address")
    values = changes.model_dump(exclude_none=True, exclude={"make_default"})
    if not values and not changes.make_default:
        raise conflict("Nothing to change: give at least one field.")
    if "label" in values:
        require_free_label(db, values["label"], row.id)
    if "line2" in values:
        values["line2"] = values["line2"] or None
    for name, value in values.items():
        setattr(row, name, value)
    if changes.make_default:
        set_default(db, row)
    db.commit()
    return AddressOut.model_validate(row)


@app.get("/payment-methods", operation_id="list_payment_methods", summary="List your cards")
async def list_payment_methods(db: Db) -> Page[PaymentMethodOut]:
    """List your saved cards, with expiry; expired cards cannot pay."""
    rows = db.scalars(
        select(PaymentMethod).where(PaymentMethod.user_id == USER_ID).order_by(PaymentMethod.id)
    ).all()
    items = [
        PaymentMethodOut(
            id=row.id,
            brand=row.brand,
            last4=row.last4,
            expires=f"{row.exp_year}-{row.exp_month:02}",
            expired=expired(row),
            is_default=bool(row.is_default),
        )
        for row in rows
    ]
    return Page(total=len(items), items=items)


@app.get("/wallet/activity", operation_id="list_wallet_activity", summary="List credit or points activity")
async def list_wallet_activity(
    db: Db,
    kind: Annotated[Literal["store_credit", "points"], Query(description="Which ledger.")],
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[ActivityOut]:
    """List what came into and went out of your store credit or your loyalty points, newest first."""
    ledger: Any = StoreCreditEntry if kind == "store_credit" else LoyaltyEntry
    found = select(ledger).where(ledger.user_id == USER_ID)
    page = found.order_by(ledger.created_at.desc(), ledger.id.desc()).limit(limit).offset(offset)
    items = [
        ActivityOut(
            created_at=row.created_at,
            reason=row.reason,
            note=row.note,
            change=usd(row.amount_cents) if isinstance(row, StoreCreditEntry) else row.points,
        )
        for row in db.scalars(page)
    ]
    return Page(total=count(db, found), items=items)


@app.post("/gift-cards/redeem", operation_id="redeem_gift_card", summary="Redeem a gift card")
async def redeem_gift_card(db: Db, gift_card: RedeemGiftCard) -> BalanceOut:
    """Move the full value of a gift card to your store credit.

    The card must be active and not expired; it is used up afterwards.
    """
    row = db.scalar(select(GiftCard).where(GiftCard.code == gift_card.code))
    if row is None:
        raise not_found("A gift card with this code")
    if row.status != "active":
        raise conflict(f"This gift card is {row.status}.")
    if row.expires_at < now():
        raise conflict(f"This gift card expired on {row.expires_at[:10]}.")
    row.status, row.redeemed_by, row.redeemed_at = "redeemed", USER_ID, now()
    db.add(
        StoreCreditEntry(
            user_id=USER_ID,
            amount_cents=row.amount_cents,
            reason="gift_card",
            note=f"Gift card ending {row.code[-4:]}",
            created_at=now(),
        )
    )
    db.commit()
    return view_balance(db, f"{dollars(row.amount_cents)} were added to your store credit.")


@app.post("/points/convert", operation_id="convert_points", summary="Convert points to store credit")
async def convert_points(db: Db, conversion: ConvertPoints) -> BalanceOut:
    """Turn loyalty points into store credit, $1.00 for 100 points, in hundreds and at least 500 at a time.

    It cannot be undone.
    """
    balance = point_balance(db)
    if conversion.points > balance:
        raise conflict(f"You have {balance} points.")
    note = f"{conversion.points} points"
    db.add(
        LoyaltyEntry(
            user_id=USER_ID,
            points=-conversion.points,
            reason="converted",
            note="To store credit",
            created_at=now(),
        )
    )
    db.add(
        StoreCreditEntry(
            user_id=USER_ID, amount_cents=conversion.points, reason="points", note=note, created_at=now()
        )
    )
    db.commit()
    return view_balance(db, f"{note} became {dollars(conversion.points)} of store credit.")


# Wish lists

WishlistId = Annotated[int, Path(ge=1, le=MAX_ID, description="The wish list's id.")]


@app.get("/wishlists", operation_id="list_wishlists", summary="List your wish lists")
async def list_wishlists(db: Db) -> Page[WishlistSummary]:
    """List your wish lists by name; what is on one is in get_wishlist."""
    rows = db.scalars(
        select(Wishlist).where(Wishlist.user_id == USER_ID).order_by(Wishlist.name, Wishlist.id)
    ).all()
    items = [WishlistSummary(id=row.id, name=row.name, item_count=len(row.items)) for row in rows]
    return Page(total=len(items), items=items)


@app.get("/wishlists/{wishlist_id}", operation_id="get_wishlist", summary="Get a wish list")
async def get_wishlist(db: Db, wishlist_id: WishlistId) -> WishlistOut:
    """Show one of your wish lists.

    Each item has today's price, how many you want, your note and when you added it. Stock is in check_stock,
    earlier prices are in get_price_history.
    """
    return view_wishlist(own(db, Wishlist, wishlist_id, "Wish list"))


@app.post(
    "/wishlists/{wishlist_id}/items",
    operation_id="add_wishlist_item",
    summary="Add to a wish list",
    status_code=201,
)
async def add_wishlist_item(db: Db, wishlist_id: WishlistId, item: AddWishlistItem) -> WishlistOut:
    """Note a variant on one of your wish lists, once per list."""
    wishlist = own(db, Wishlist, wishlist_id, "Wish list")
    variant = fetch(db, ProductVariant, item.variant_id, "Variant")
    if any(row.variant_id == variant.id for row in wishlist.items):
        raise conflict(f"{variant.product.name} is already on {wishlist.name}.")
    wishlist.items.append(WishlistItem(variant=variant, wanted=item.wanted, note=item.note, added_at=now()))
    db.commit()
    return view_wishlist(wishlist)


@app.delete(
    "/wishlists/{wishlist_id}/items/{wishlist_item_id}",
    operation_id="remove_wishlist_item",
    summary="Remove from a wish list",
)
async def remove_wishlist_item(
    db: Db,
    wishlist_id: WishlistId,
    wishlist_item_id: Annotated[int, Path(ge=1, le=MAX_ID, description="The item's id on the list.")],
) -> WishlistOut:
    """Take an item off one of your wish lists."""
    wishlist = own(db, Wishlist, wishlist_id, "Wish list")
    row = next((row for row in wishlist.items if row.id == wishlist_item_id), None)
    if row is None:
        raise not_found(f"Item {wishlist_item_id} on {wishlist.name}")
    wishlist.items.remove(row)
    db.commit()
    return view_wishlist(wishlist)


# Support

TicketId = Annotated[int, Path(ge=1, le=MAX_ID, description="The ticket's id.")]


@app.get("/tickets", operation_id="list_tickets", summary="List your support tickets")
async def list_tickets(
    db: Db,
    status: Annotated[TicketStatus | None, Query(description="Only tickets in this status.")] = None,
    topic: Annotated[TicketTopic | None, Query(description="Only tickets on this topic.")] = None,
    limit: Limit = 10,
    offset: Offset = 0,
) -> Page[TicketSummary]:
    """List your conversations with support, last touched first; the messages are in get_ticket."""
    found = select(SupportTicket).where(SupportTicket.user_id == USER_ID)
    if status is not None:
        found = found.where(SupportTicket.status == status)
    if topic is not None:
        found = found.where(SupportTicket.topic == topic)
    page = found.order_by(SupportTicket.updated_at.desc(), SupportTicket.id.desc())
    rows = db.scalars(page.limit(limit).offset(offset))
    return Page(total=count(db, found), items=[view_ticket_summary(db, row) for row in rows])


@app.get("/tickets/{ticket_id}", operation_id="get_ticket", summary="Get a support ticket")
async def get_ticket(db: Db, ticket_id: TicketId) -> TicketDetail:
    """Show one of your conversations with support, with all its messages."""
    return view_ticket(db, own(db, SupportTicket, ticket_id, "Ticket"))


@app.post("/tickets", operation_id="create_ticket", summary="Open a support ticket", status_code=201)
async def create_ticket(db: Db, ticket: CreateTicket) -> TicketDetail:
    """Open a conversation with support.

    For a problem that already has an open ticket, use reply_to_ticket.
    """
    if ticket.order_id is not None:
        own(db, Order, ticket.order_id, "Order")
    row = SupportTicket(
        user_id=USER_ID,
        order_id=ticket.order_id,
        topic=ticket.topic,
        subject=ticket.subject,
        status="open",
        created_at=now(),
        updated_at=now(),
        messages=[TicketMessage(author="customer", body=ticket.message, created_at=now())],
    )
    db.add(row)
    db.commit()
    return view_ticket(db, row)


@app.post(
    "/tickets/{ticket_id}/messages",
    operation_id="reply_to_ticket",
    summary="Reply in a support ticket",
    status_code=201,
)
async def reply_to_ticket(db: Db, ticket_id: TicketId, reply: ReplyToTicket) -> TicketDetail:
    """Write a message in one of your tickets; the next move is support's.

    A solved ticket takes no more messages.
    """
    row = own(db, SupportTicket, ticket_id, "Ticket")
    if row.status == "solved":
        raise conflict("This ticket is solved; open a new one.")
    row.messages.append(TicketMessage(author="customer", body=reply.message, created_at=now()))
    row.status, row.updated_at = ("solved" if reply.mark_solved else "open"), now()
    db.commit()
    return view_ticket(db, row)


# Notifications and help


@app.get(
    "/notification-preferences",
    operation_id="list_notification_preferences",
    summary="List your notification preferences",
)
async def list_notification_preferences(
    db: Db, channel: Annotated[Channel | None, Query(description="Only this channel.")] = None
) -> Page[PreferenceOut]:
    """List what you are notified of on each channel, by channel and topic."""
    found = select(NotificationPreference).where(NotificationPreference.user_id == USER_ID)
    if channel is not None:
        found = found.where(NotificationPreference.channel == channel)
    rows = db.scalars(found.order_by(NotificationPreference.channel, NotificationPreference.topic)).all()
    items = [PreferenceOut.model_validate(row) for row in rows]
    return Page(total=len(items), items=items)


@app.put(
    "/notification-preferences/{channel}/{topic}",
    operation_id="set_notification_preference",
    summary="Set a notification preference",
)
async def set_notification_preference(
    db: Db,
    channel: Annotated[Channel, Path(description="The channel.")],
    topic: Annotated[Topic, Path(description="The topic.")],
    preference: SetPreference,
) -> PreferenceOut:
    """Switch one topic on one channel on or off.

    E-mails about orders cannot be switched off, and text messages need a phone number on the account.
    """
    if (channel, topic, preference.enabled) == ("email", "order_updates", False):
        raise conflict("E-mails about your orders cannot be switched off.")
    if channel == "sms" and preference.enabled and not fetch(db, User, USER_ID, "User").phone:
        raise conflict("Text messages need a phone number on your account.")
    row = db.get(NotificationPreference, (USER_ID, channel, topic))
    if row is None:
        row = NotificationPreference(user_id=USER_ID, channel=channel, topic=topic)
        db.add(row)
    row.enabled = int(preference.enabled)
    db.commit()
    return PreferenceOut.model_validate(row)


@app.get("/help", operation_id="list_help_articles", summary="List help articles")
async def list_help_articles(db: Db, query: Search = None) -> Page[ArticleSummary]:
    """List the shop's help articles, its policies among them, by title; `query` looks into title and text."""
    found = select(HelpArticle)
    for word in words(query):
        found = found.where(
            or_(
                HelpArticle.title.icontains(word, autoescape=True),
                HelpArticle.body.icontains(word, autoescape=True),
            )
        )
    rows = db.scalars(found.order_by(HelpArticle.title, HelpArticle.id)).all()
    return Page(total=len(rows), items=[ArticleSummary.model_validate(row) for row in rows])


@app.get("/help/{slug}", operation_id="get_help_article", summary="Read a help article")
async def get_help_article(
    db: Db,
    slug: Annotated[
        str, Path(max_length=60, pattern="^[a-z0-9-]+$", description="The article's slug, e.g. returns.")
    ],
) -> ArticleOut:
    """Read one help article in full."""
    row = db.scalar(select(HelpArticle).where(HelpArticle.slug == slug))
    if row is None:
        raise not_found(f"Help article {slug}")
    return ArticleOut.model_validate(row)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host=os.getenv("HOST", "127.0.0.1"), port=int(os.getenv("PORT", "8000")))
