"""The booking desk of Larkfield Corporate Travel: one FastAPI app over one SQLite database.

A trip belongs to one traveller and is made of segments: flights, hotel stays, trains, rental cars. A segment
is first *held*, which takes it out of the inventory until the hold runs out, and then *booked*, which charges
the company and, for a flight, issues a ticket. Every amount is in euro cents; every movement of money is one
row of `charges`, which invoices collect. Departures and arrivals are stored twice, in UTC (for comparing) and
in local time with its offset (for people); hotel nights and rental days are local dates.

The application enforces what suppliers enforce: inventory, deadlines, fare rules, waivers. What a company
allows and what the agency expects stands in travel policies and in documents, which the consultant reads.
Every accepted change writes one row of the audit log.
"""

import json
import os
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, ClassVar, Generic, Literal, NoReturn, TypeVar, get_args

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Select,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker

CONSULTANT_ID = 1
MAX_ID = 2**31 - 1
MAX_NIGHTS = 30
MAX_RENTAL_DAYS = 60
MAX_LAYOVER = timedelta(hours=12)
TICKETING_CLOSES = timedelta(hours=2)
CHECK_IN_CLOSES = timedelta(minutes=60)
VOID_WINDOW = timedelta(hours=24)
CREDIT_LIFE = timedelta(days=365)
TRAIN_HOLD = timedelta(hours=12)
CAR_HOLD = timedelta(hours=24)
WAIVER_DELAY_MINUTES = 180
LOCATOR_LETTERS = "ACDEFGHJKLMNPQRTUVWXYZ"

engine = create_engine(os.getenv("DATABASE_PATH", "sqlite:///travel_booking_1.db"))
SessionLocal = sessionmaker(bind=engine, expire_on_commit=False)


@event.listens_for(engine, "connect")
def check_foreign_keys(connection: Any, _record: Any) -> None:
    """Have SQLite check foreign keys, which it does only where a connection asks for it."""
    connection.execute("PRAGMA foreign_keys = ON")


# ---------------------------------------------------------------------------------------------- words

Role = Literal["consultant", "senior_consultant", "manager", "accounts"]
Grade = Literal["staff", "manager", "director", "executive"]
Cabin = Literal["economy", "premium", "business"]
SeatPosition = Literal["window", "middle", "aisle"]
SeatWish = Literal["window", "aisle", "any"]
Meal = Literal["standard", "vegetarian", "vegan", "halal", "kosher", "gluten_free"]
Bed = Literal["king", "twin", "single"]
BedWish = Literal["king", "twin", "any"]
SeatState = Literal["open", "taken", "blocked"]
FlightStatus = Literal["scheduled", "delayed", "cancelled", "departed"]
RailClass = Literal["second", "first"]
CarCategory = Literal["compact", "midsize", "estate", "premium"]
Provider = Literal["airline", "hotel"]
Tier = Literal["member", "silver", "gold", "platinum"]
Kind = Literal["flight", "hotel", "train", "car"]
SegmentStatus = Literal["held", "booked", "used", "released", "cancelled", "no_show"]
HoldStatus = Literal["active", "booked", "released"]
TripStatus = Literal["open", "completed", "cancelled"]
ApprovalState = Literal["none", "pending", "approved", "declined"]
ApprovalStatus = Literal["pending", "approved", "declined"]
ApprovalReason = Literal["cabin", "hotel_cap", "advance_purchase", "total_cost"]
Decision = Literal["approved", "declined"]
TicketStatus = Literal["open", "used", "exchanged", "voided", "refunded", "credited", "forfeited"]
CreditStatus = Literal["open", "used"]
Settlement = Literal["void", "refund", "credit", "forfeit"]
ChargeKind = Literal[
    "flight",
    "hotel",
    "train",
    "car",
    "seat",
    "service_fee",
    "change_fee",
    "fare_difference",
    "no_show_fee",
    "credit_used",
    "refund",
]
InvoiceStatus = Literal["open", "paid", "void"]
DisruptionKind = Literal["cancellation", "delay"]
DisruptionStatus = Literal["open", "closed"]
Direction = Literal["inbound", "outbound"]
Topic = Literal["approval", "disruption", "billing", "itinerary", "general"]
MemberStatus = Literal["invited", "confirmed", "withdrawn"]
GroupStatus = Literal["open", "closed"]
DocumentStatus = Literal["in_force", "superseded"]

LIVE = ("held", "booked")
"""The states in which a segment takes inventory and the traveller's time."""


def one_of(column: str, words: Any) -> CheckConstraint:
    """Return a CHECK that a column holds one of a Literal's words."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in get_args(words))})")


def not_negative(*columns: str) -> CheckConstraint:
    """Return a CHECK that columns are not below zero; NULL passes."""
    return CheckConstraint(" AND ".join(f"{column} >= 0" for column in columns))


def flag(column: str) -> CheckConstraint:
    """Return a CHECK that a column is 0 or 1."""
    return CheckConstraint(f"{column} IN (0, 1)")


# ---------------------------------------------------------------------------------------------- tables


class Base(DeclarativeBase):
    """Text is TEXT; dates (2026-03-11) and UTC moments (2026-03-11T09:00:00Z) are text that sorts."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text()}


class Country(Base):
    """A country and how long a foreign passport must stay valid after the visit."""

    __tablename__ = "countries"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    free_movement: Mapped[int]
    passport_months: Mapped[int]
    __table_args__ = (flag("free_movement"), not_negative("passport_months"))


class City(Base):
    """A city with its country."""

    __tablename__ = "cities"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    country_code: Mapped[str] = mapped_column(ForeignKey("countries.code"))
    country: Mapped[Country] = relationship()


class Airport(Base):
    """An airport, its time zone and its minimum connecting time."""

    __tablename__ = "airports"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    time_zone: Mapped[str]
    min_connection_minutes: Mapped[int]
    city: Mapped[City] = relationship()
    __table_args__ = (not_negative("min_connection_minutes"), CheckConstraint("length(code) = 3"))


class User(Base):
    """A member of the agency's staff; id 1 is signed in."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    full_name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    __table_args__ = (one_of("role", Role),)


class Company(Base):
    """A client company and its terms with the agency."""

    __tablename__ = "companies"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    billing_email: Mapped[str]
    payment_days: Mapped[int]
    booking_fee_cents: Mapped[int]
    policy: Mapped["TravelPolicy"] = relationship()
    hotel_caps: Mapped[list["HotelCap"]] = relationship(order_by="HotelCap.city_id")
    __table_args__ = (not_negative("payment_days", "booking_fee_cents"),)


class TravelPolicy(Base):
    """The figures of a company's travel policy."""

    __tablename__ = "travel_policies"
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    long_haul_minutes: Mapped[int]
    short_haul_cabin: Mapped[str]
    long_haul_cabin: Mapped[str]
    advance_days: Mapped[int]
    hotel_cap_cents: Mapped[int]
    approval_over_cents: Mapped[int]
    rail_class: Mapped[str]
    car_category: Mapped[str]
    __table_args__ = (
        one_of("short_haul_cabin", Cabin),
        one_of("long_haul_cabin", Cabin),
        one_of("rail_class", RailClass),
        one_of("car_category", CarCategory),
        not_negative("long_haul_minutes", "advance_days", "hotel_cap_cents", "approval_over_cents"),
    )


class HotelCap(Base):
    """A company's nightly hotel cap in one city, in place of its general cap."""

    __tablename__ = "hotel_caps"
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), primary_key=True)
    cap_cents: Mapped[int]
    city: Mapped[City] = relationship()
    __table_args__ = (not_negative("cap_cents"),)


class PolicyDocument(Base):
    """A version of a written rule, of the agency (no company) or of a company."""

    __tablename__ = "policy_documents"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    version: Mapped[int]
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    title: Mapped[str]
    status: Mapped[str]
    effective_from: Mapped[str]
    body: Mapped[str]
    __table_args__ = (UniqueConstraint("code", "version"), one_of("status", DocumentStatus))


class Traveller(Base):
    """An employee of a company who travels or approves."""

    __tablename__ = "travellers"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    full_name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    phone: Mapped[str]
    date_of_birth: Mapped[str]
    grade: Mapped[str]
    cost_centre: Mapped[str]
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("travellers.id"))
    is_active: Mapped[int]
    company: Mapped[Company] = relationship()
    approver: Mapped["Traveller | None"] = relationship(remote_side="Traveller.id")
    passports: Mapped[list["Passport"]] = relationship(order_by="Passport.id")
    memberships: Mapped[list["Membership"]] = relationship(order_by="Membership.id")
    preference: Mapped["Preference | None"] = relationship()
    __table_args__ = (
        one_of("grade", Grade),
        flag("is_active"),
        Index("ix_travellers_company", "company_id"),
    )


class Passport(Base):
    """A passport; dual nationals have two."""

    __tablename__ = "passports"
    id: Mapped[int] = mapped_column(primary_key=True)
    traveller_id: Mapped[int] = mapped_column(ForeignKey("travellers.id"))
    country_code: Mapped[str] = mapped_column(ForeignKey("countries.code"))
    number: Mapped[str] = mapped_column(unique=True)
    issued_on: Mapped[str]
    expires_on: Mapped[str]
    country: Mapped[Country] = relationship()
    __table_args__ = (
        CheckConstraint("issued_on < expires_on"),
        Index("ix_passports_traveller", "traveller_id"),
    )


class Programme(Base):
    """A loyalty programme of airlines or hotels."""

    __tablename__ = "loyalty_programmes"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    provider: Mapped[str]
    __table_args__ = (one_of("provider", Provider),)


class Membership(Base):
    """A traveller's membership of a loyalty programme."""

    __tablename__ = "loyalty_memberships"
    id: Mapped[int] = mapped_column(primary_key=True)
    traveller_id: Mapped[int] = mapped_column(ForeignKey("travellers.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("loyalty_programmes.id"))
    number: Mapped[str]
    tier: Mapped[str]
    programme: Mapped[Programme] = relationship()
    __table_args__ = (UniqueConstraint("traveller_id", "programme_id"), one_of("tier", Tier))


class Preference(Base):
    """What a traveller likes."""

    __tablename__ = "preferences"
    traveller_id: Mapped[int] = mapped_column(ForeignKey("travellers.id"), primary_key=True)
    seat: Mapped[str]
    meal: Mapped[str]
    bed: Mapped[str]
    remark: Mapped[str]
    __table_args__ = (one_of("seat", SeatWish), one_of("meal", Meal), one_of("bed", BedWish))


class Airline(Base):
    """An airline and its loyalty programme."""

    __tablename__ = "airlines"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    ticket_prefix: Mapped[str] = mapped_column(unique=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("loyalty_programmes.id"))
    programme: Mapped[Programme] = relationship()


class FareRule(Base):
    """What a fare allows; a fee that is NULL means that the thing is not allowed at all."""

    __tablename__ = "fare_rules"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    change_fee_cents: Mapped[int | None]
    refund_fee_cents: Mapped[int | None]
    credit_fee_cents: Mapped[int | None]
    no_show_fee_cents: Mapped[int]
    hold_hours: Mapped[int]
    min_advance_days: Mapped[int]
    checked_bags: Mapped[int]
    __table_args__ = (
        not_negative("change_fee_cents"),
        not_negative("refund_fee_cents"),
        not_negative("credit_fee_cents"),
        not_negative("no_show_fee_cents", "min_advance_days", "checked_bags"),
        CheckConstraint("hold_hours > 0"),
    )


class Flight(Base):
    """A flight on one day."""

    __tablename__ = "flights"
    id: Mapped[int] = mapped_column(primary_key=True)
    airline_id: Mapped[int] = mapped_column(ForeignKey("airlines.id"))
    flight_number: Mapped[str]
    origin: Mapped[str] = mapped_column(ForeignKey("airports.code"))
    destination: Mapped[str] = mapped_column(ForeignKey("airports.code"))
    departs_utc: Mapped[str]
    departs_local: Mapped[str]
    arrives_utc: Mapped[str]
    arrives_local: Mapped[str]
    status: Mapped[str]
    airline: Mapped[Airline] = relationship()
    origin_airport: Mapped[Airport] = relationship(foreign_keys=[origin])
    destination_airport: Mapped[Airport] = relationship(foreign_keys=[destination])
    fares: Mapped[list["FlightFare"]] = relationship(
        order_by="FlightFare.cabin, FlightFare.fare_cents, FlightFare.id", back_populates="flight"
    )
    __table_args__ = (
        UniqueConstraint("flight_number", "departs_utc"),
        CheckConstraint("departs_utc < arrives_utc"),
        CheckConstraint("origin <> destination"),
        one_of("status", FlightStatus),
        Index("ix_flights_route", "origin", "departs_utc"),
    )

    @property
    def minutes(self) -> int:
        """The flight's duration."""
        return minutes_between(self.departs_utc, self.arrives_utc)

    @property
    def day(self) -> date:
        """The local day of departure."""
        return date.fromisoformat(self.departs_local[:10])


class FlightFare(Base):
    """A fare class of a flight: cabin, price, rule and the seats left in it."""

    __tablename__ = "flight_fares"
    id: Mapped[int] = mapped_column(primary_key=True)
    flight_id: Mapped[int] = mapped_column(ForeignKey("flights.id"))
    cabin: Mapped[str]
    booking_class: Mapped[str]
    fare_rule_id: Mapped[int] = mapped_column(ForeignKey("fare_rules.id"))
    fare_cents: Mapped[int]
    taxes_cents: Mapped[int]
    seats_left: Mapped[int]
    flight: Mapped[Flight] = relationship(back_populates="fares")
    rule: Mapped[FareRule] = relationship()
    __table_args__ = (
        UniqueConstraint("flight_id", "booking_class"),
        one_of("cabin", Cabin),
        not_negative("fare_cents", "taxes_cents", "seats_left"),
    )

    @property
    def total_cents(self) -> int:
        """What the passenger's company pays: fare and taxes."""
        return self.fare_cents + self.taxes_cents


class Seat(Base):
    """A seat of a flight that can be chosen in advance; `taken` means by somebody else's passenger."""

    __tablename__ = "seats"
    id: Mapped[int] = mapped_column(primary_key=True)
    flight_id: Mapped[int] = mapped_column(ForeignKey("flights.id"))
    row_no: Mapped[int]
    letter: Mapped[str]
    cabin: Mapped[str]
    position: Mapped[str]
    fee_cents: Mapped[int]
    state: Mapped[str]
    __table_args__ = (
        UniqueConstraint("flight_id", "row_no", "letter"),
        CheckConstraint("row_no > 0"),
        one_of("cabin", Cabin),
        one_of("position", SeatPosition),
        one_of("state", SeatState),
        not_negative("fee_cents"),
    )


class Hotel(Base):
    """A hotel."""

    __tablename__ = "hotels"
    id: Mapped[int] = mapped_column(primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    name: Mapped[str] = mapped_column(unique=True)
    stars: Mapped[int]
    address: Mapped[str]
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("loyalty_programmes.id"))
    city: Mapped[City] = relationship()
    programme: Mapped[Programme | None] = relationship()
    room_types: Mapped[list["RoomType"]] = relationship(order_by="RoomType.id", back_populates="hotel")
    __table_args__ = (CheckConstraint("stars BETWEEN 1 AND 5"),)


class RoomType(Base):
    """A kind of room with its conditions; free_cancel_days NULL means that nothing comes back."""

    __tablename__ = "room_types"
    id: Mapped[int] = mapped_column(primary_key=True)
    hotel_id: Mapped[int] = mapped_column(ForeignKey("hotels.id"))
    name: Mapped[str]
    bed: Mapped[str]
    breakfast: Mapped[int]
    free_cancel_days: Mapped[int | None]
    hold_hours: Mapped[int]
    hotel: Mapped[Hotel] = relationship(back_populates="room_types")
    __table_args__ = (
        UniqueConstraint("hotel_id", "name"),
        one_of("bed", Bed),
        flag("breakfast"),
        not_negative("free_cancel_days"),
        CheckConstraint("hold_hours > 0"),
    )


class RoomNight(Base):
    """The rate of a room type for one night, and the rooms left."""

    __tablename__ = "room_nights"
    room_type_id: Mapped[int] = mapped_column(ForeignKey("room_types.id"), primary_key=True)
    night: Mapped[str] = mapped_column(primary_key=True)
    rate_cents: Mapped[int]
    rooms_left: Mapped[int]
    __table_args__ = (not_negative("rate_cents", "rooms_left"),)


class RailLeg(Base):
    """A train from one city to another on one day."""

    __tablename__ = "rail_legs"
    id: Mapped[int] = mapped_column(primary_key=True)
    operator: Mapped[str]
    train_number: Mapped[str]
    from_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    to_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    departs_utc: Mapped[str]
    departs_local: Mapped[str]
    arrives_utc: Mapped[str]
    arrives_local: Mapped[str]
    from_city: Mapped[City] = relationship(foreign_keys=[from_city_id])
    to_city: Mapped[City] = relationship(foreign_keys=[to_city_id])
    fares: Mapped[list["RailFare"]] = relationship(order_by="RailFare.id", back_populates="leg")
    __table_args__ = (
        UniqueConstraint("train_number", "departs_utc"),
        CheckConstraint("departs_utc < arrives_utc"),
    )


class RailFare(Base):
    """A fare of a train; cancel_fee_cents NULL means that it is not refundable."""

    __tablename__ = "rail_fares"
    id: Mapped[int] = mapped_column(primary_key=True)
    leg_id: Mapped[int] = mapped_column(ForeignKey("rail_legs.id"))
    name: Mapped[str]
    rail_class: Mapped[str]
    price_cents: Mapped[int]
    cancel_fee_cents: Mapped[int | None]
    seats_left: Mapped[int]
    leg: Mapped[RailLeg] = relationship(back_populates="fares")
    __table_args__ = (
        UniqueConstraint("leg_id", "name", "rail_class"),
        one_of("rail_class", RailClass),
        not_negative("price_cents", "seats_left"),
        not_negative("cancel_fee_cents"),
    )


class CarOffer(Base):
    """A rental company's daily rate for a category at an airport, within some days."""

    __tablename__ = "car_offers"
    id: Mapped[int] = mapped_column(primary_key=True)
    supplier: Mapped[str]
    airport_code: Mapped[str] = mapped_column(ForeignKey("airports.code"))
    category: Mapped[str]
    daily_rate_cents: Mapped[int]
    valid_from: Mapped[str]
    valid_until: Mapped[str]
    cars_left: Mapped[int]
    __table_args__ = (
        one_of("category", CarCategory),
        not_negative("daily_rate_cents", "cars_left"),
        CheckConstraint("valid_from <= valid_until"),
    )


class Group(Base):
    """An event of a company with a block of rooms for its members."""

    __tablename__ = "group_bookings"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    name: Mapped[str]
    organiser_id: Mapped[int] = mapped_column(ForeignKey("travellers.id"))
    room_type_id: Mapped[int] = mapped_column(ForeignKey("room_types.id"))
    starts_on: Mapped[str]
    ends_on: Mapped[str]
    rooms_blocked: Mapped[int]
    block_rate_cents: Mapped[int]
    release_on: Mapped[str]
    status: Mapped[str]
    organiser: Mapped[Traveller] = relationship()
    room_type: Mapped[RoomType] = relationship()
    members: Mapped[list["GroupMember"]] = relationship(order_by="GroupMember.traveller_id")
    __table_args__ = (
        CheckConstraint("starts_on < ends_on"),
        not_negative("rooms_blocked", "block_rate_cents"),
        one_of("status", GroupStatus),
    )


class GroupMember(Base):
    """A traveller's part in a group."""

    __tablename__ = "group_members"
    group_id: Mapped[int] = mapped_column(ForeignKey("group_bookings.id"), primary_key=True)
    traveller_id: Mapped[int] = mapped_column(ForeignKey("travellers.id"), primary_key=True)
    status: Mapped[str]
    traveller: Mapped[Traveller] = relationship()
    __table_args__ = (one_of("status", MemberStatus),)


class Trip(Base):
    """A traveller's trip."""

    __tablename__ = "trips"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    traveller_id: Mapped[int] = mapped_column(ForeignKey("travellers.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group_bookings.id"))
    purpose: Mapped[str]
    status: Mapped[str]
    approval_status: Mapped[str]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[str]
    traveller: Mapped[Traveller] = relationship()
    segments: Mapped[list["Segment"]] = relationship(order_by="Segment.id", back_populates="trip")
    approvals: Mapped[list["Approval"]] = relationship(order_by="Approval.id", back_populates="trip")
    charges: Mapped[list["Charge"]] = relationship(order_by="Charge.id", back_populates="trip")
    __table_args__ = (
        one_of("status", TripStatus),
        one_of("approval_status", ApprovalState),
        Index("ix_trips_traveller", "traveller_id"),
    )


class Booking(Base):
    """What was confirmed and charged at once."""

    __tablename__ = "bookings"
    id: Mapped[int] = mapped_column(primary_key=True)
    locator: Mapped[str] = mapped_column(unique=True)
    trip_id: Mapped[int] = mapped_column(ForeignKey("trips.id"))
    total_cents: Mapped[int]
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[str]


class Segment(Base):
    """A part of a trip: exactly one product, for some days, at a price, in a state."""

    __tablename__ = "segments"
    id: Mapped[int] = mapped_column(primary_key=True)
    trip_id: Mapped[int] = mapped_column(ForeignKey("trips.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))
    kind: Mapped[str]
    flight_fare_id: Mapped[int | None] = mapped_column(ForeignKey("flight_fares.id"))
    room_type_id: Mapped[int | None] = mapped_column(ForeignKey("room_types.id"))
    rail_fare_id: Mapped[int | None] = mapped_column(ForeignKey("rail_fares.id"))
    car_offer_id: Mapped[int | None] = mapped_column(ForeignKey("car_offers.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group_bookings.id"))
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seats.id"), unique=True)
    starts_on: Mapped[str]
    ends_on: Mapped[str]
    starts_utc: Mapped[str | None]
    ends_utc: Mapped[str | None]
    price_cents: Mapped[int]
    status: Mapped[str]
    trip: Mapped[Trip] = relationship(back_populates="segments")
    booking: Mapped[Booking | None] = relationship()
    fare: Mapped[FlightFare | None] = relationship()
    room_type: Mapped[RoomType | None] = relationship()
    rail_fare: Mapped[RailFare | None] = relationship()
    car_offer: Mapped[CarOffer | None] = relationship()
    group: Mapped[Group | None] = relationship()
    seat: Mapped[Seat | None] = relationship()
    hold: Mapped["Hold | None"] = relationship(back_populates="segment")
    tickets: Mapped[list["Ticket"]] = relationship(order_by="Ticket.id", back_populates="segment")
    __table_args__ = (
        one_of("kind", Kind),
        one_of("status", SegmentStatus),
        not_negative("price_cents"),
        CheckConstraint("starts_on <= ends_on"),
        CheckConstraint("(kind = 'flight') = (flight_fare_id IS NOT NULL)"),
        CheckConstraint("(kind = 'hotel') = (room_type_id IS NOT NULL)"),
        CheckConstraint("(kind = 'train') = (rail_fare_id IS NOT NULL)"),
        CheckConstraint("(kind = 'car') = (car_offer_id IS NOT NULL)"),
        CheckConstraint("(kind IN ('flight', 'train')) = (starts_utc IS NOT NULL AND ends_utc IS NOT NULL)"),
        CheckConstraint("(status IN ('held', 'released')) = (booking_id IS NULL)"),
        Index("ix_segments_trip", "trip_id"),
        Index("ix_segments_fare", "flight_fare_id"),
    )


class Hold(Base):
    """The hold under which a segment entered its trip."""

    __tablename__ = "holds"
    id: Mapped[int] = mapped_column(primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id"), unique=True)
    placed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    placed_at: Mapped[str]
    expires_at: Mapped[str]
    status: Mapped[str]
    segment: Mapped[Segment] = relationship(back_populates="hold")
    __table_args__ = (one_of("status", HoldStatus), CheckConstraint("placed_at < expires_at"))


class Ticket(Base):
    """A flight ticket; an exchange leaves the old one and issues another."""

    __tablename__ = "tickets"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id"))
    fare_cents: Mapped[int]
    taxes_cents: Mapped[int]
    status: Mapped[str]
    issued_at: Mapped[str]
    segment: Mapped[Segment] = relationship(back_populates="tickets")
    __table_args__ = (
        one_of("status", TicketStatus),
        not_negative("fare_cents", "taxes_cents"),
        Index("ix_tickets_segment", "segment_id"),
    )


class TicketCredit(Base):
    """The value of an unused ticket, to be spent with the same airline."""

    __tablename__ = "ticket_credits"
    id: Mapped[int] = mapped_column(primary_key=True)
    traveller_id: Mapped[int] = mapped_column(ForeignKey("travellers.id"))
    airline_id: Mapped[int] = mapped_column(ForeignKey("airlines.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    amount_cents: Mapped[int]
    remaining_cents: Mapped[int]
    expires_on: Mapped[str]
    status: Mapped[str]
    traveller: Mapped[Traveller] = relationship()
    airline: Mapped[Airline] = relationship()
    __table_args__ = (
        one_of("status", CreditStatus),
        CheckConstraint("remaining_cents BETWEEN 0 AND amount_cents"),
        CheckConstraint("(status = 'used') = (remaining_cents = 0)"),
    )


class Invoice(Base):
    """An invoice to a company."""

    __tablename__ = "invoices"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    issued_on: Mapped[str]
    due_on: Mapped[str]
    total_cents: Mapped[int]
    status: Mapped[str]
    company: Mapped[Company] = relationship()
    charges: Mapped[list["Charge"]] = relationship(order_by="Charge.id", back_populates="invoice")
    __table_args__ = (one_of("status", InvoiceStatus), CheckConstraint("issued_on <= due_on"))


class Charge(Base):
    """A movement of money on a trip: positive to be paid by the company, negative to its favour."""

    __tablename__ = "charges"
    id: Mapped[int] = mapped_column(primary_key=True)
    trip_id: Mapped[int] = mapped_column(ForeignKey("trips.id"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id"))
    kind: Mapped[str]
    amount_cents: Mapped[int]
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"))
    created_at: Mapped[str]
    trip: Mapped[Trip] = relationship(back_populates="charges")
    invoice: Mapped[Invoice | None] = relationship(back_populates="charges")
    __table_args__ = (
        one_of("kind", ChargeKind),
        CheckConstraint("amount_cents <> 0"),
        Index("ix_charges_trip", "trip_id"),
    )


class Message(Base):
    """A message from or to somebody at a client company."""

    __tablename__ = "messages"
    id: Mapped[int] = mapped_column(primary_key=True)
    traveller_id: Mapped[int] = mapped_column(ForeignKey("travellers.id"))
    trip_id: Mapped[int | None] = mapped_column(ForeignKey("trips.id"))
    direction: Mapped[str]
    topic: Mapped[str]
    body: Mapped[str]
    reply_to: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    handled: Mapped[int]
    created_at: Mapped[str]
    traveller: Mapped[Traveller] = relationship()
    trip: Mapped[Trip | None] = relationship()
    __table_args__ = (one_of("direction", Direction), one_of("topic", Topic), flag("handled"))


class Approval(Base):
    """A question to an approver about a trip, and the answer."""

    __tablename__ = "approvals"
    id: Mapped[int] = mapped_column(primary_key=True)
    trip_id: Mapped[int] = mapped_column(ForeignKey("trips.id"))
    approver_id: Mapped[int] = mapped_column(ForeignKey("travellers.id"))
    reason: Mapped[str]
    status: Mapped[str]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    requested_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    requested_at: Mapped[str]
    decided_at: Mapped[str | None]
    trip: Mapped[Trip] = relationship(back_populates="approvals")
    approver: Mapped[Traveller] = relationship()
    __table_args__ = (
        one_of("reason", ApprovalReason),
        one_of("status", ApprovalStatus),
        CheckConstraint("(status = 'pending') = (decided_at IS NULL)"),
        CheckConstraint("(status = 'pending') = (message_id IS NULL)"),
    )


class Disruption(Base):
    """What went wrong with a flight, and for how long the airline rebooks its passengers free of charge."""

    __tablename__ = "disruptions"
    id: Mapped[int] = mapped_column(primary_key=True)
    flight_id: Mapped[int] = mapped_column(ForeignKey("flights.id"))
    kind: Mapped[str]
    delay_minutes: Mapped[int | None]
    cause: Mapped[str]
    rebook_days: Mapped[int]
    announced_at: Mapped[str]
    status: Mapped[str]
    flight: Mapped[Flight] = relationship()
    __table_args__ = (
        one_of("kind", DisruptionKind),
        one_of("status", DisruptionStatus),
        CheckConstraint("(kind = 'delay') = (delay_minutes IS NOT NULL)"),
        not_negative("rebook_days", "delay_minutes"),
    )


class AuditLog(Base):
    """A change that was made at the desk."""

    __tablename__ = "audit_log"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[int]


Base.metadata.create_all(engine)


# ---------------------------------------------------------------------------------------------- arguments


def _plain(value: str) -> str:
    """Refuse what a database or a page cannot carry: control characters and lone surrogates."""
    if any((ord(char) < 32 and char != "\n") or 0xD800 <= ord(char) <= 0xDFFF for char in value):
        raise ValueError("must not contain control characters or broken Unicode")
    return value


def _near(value: date) -> date:
    if not 2020 <= value.year <= 2040:
        raise ValueError("the year must lie between 2020 and 2040")
    return value


Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Day = Annotated[date, AfterValidator(_near)]
AirportCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}$", to_upper=True)]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(_plain)
]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), AfterValidator(_plain)
]
Paragraph = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(_plain)
]
Limit = Annotated[int, Query(ge=1, le=100, description="Return at most this many items.")]
Offset = Annotated[int, Query(ge=0, le=100_000, description="Skip this many items first.")]


def path_id(what: str) -> Any:
    """Declare an id in the path."""
    return Path(ge=1, le=MAX_ID, description=f"Id of the {what}.")


def filter_id(text: str) -> Any:
    """Declare an id in the query."""
    return Query(ge=1, le=MAX_ID, description=text)


class Body(BaseModel):
    """A request; an unknown field is refused rather than ignored."""

    model_config = ConfigDict(extra="forbid")


class PreferencesIn(Body):
    """Preferences to change."""

    seat: SeatWish | None = Field(None, description="New seat preference; leave out to keep the present one.")
    meal: Meal | None = Field(None, description="New meal preference; leave out to keep the present one.")
    bed: BedWish | None = Field(None, description="New bed preference; leave out to keep the present one.")


class TripIn(Body):
    """A trip to open."""

    traveller_id: Id = Field(description="Id of the traveller.")
    purpose: Line = Field(description="What the trip is for, as it will appear on the invoice.")
    group_id: Id | None = Field(None, description="Group the trip belongs to; leave out for none.")


class HoldFlightIn(Body):
    """A flight to hold."""

    flight_fare_id: Id = Field(description="Id of the fare of the flight, as its details list it.")


class HoldHotelIn(Body):
    """A hotel stay to hold."""

    room_type_id: Id = Field(description="Id of the room type.")
    check_in: Day = Field(description="First night, local date, e.g. 2026-05-04.")
    check_out: Day = Field(description="Day of departure, local date; at most 30 nights after check_in.")
    group_id: Id | None = Field(
        None, description="Take the room from this group's block at the block's rate; leave out for none."
    )


class HoldTrainIn(Body):
    """A train to hold."""

    rail_fare_id: Id = Field(description="Id of the fare of the train.")


class HoldCarIn(Body):
    """A car to hold."""

    car_offer_id: Id = Field(description="Id of the rental offer.")
    pickup_on: Day = Field(description="Day of pick-up, local date, e.g. 2026-05-04.")
    dropoff_on: Day = Field(description="Day of return to the same airport, local date.")


class BookIn(Body):
    """Held segments to book."""

    segment_ids: list[Id] = Field(
        min_length=1, max_length=20, description="Ids of the trip's held segments that are to be booked."
    )
    credit_id: Id | None = Field(
        None, description="Unused-ticket credit to spend on flights of its airline; leave out for none."
    )


class SeatIn(Body):
    """A seat to assign."""

    seat_id: Id = Field(description="Id of the seat, as the flight's seat map lists it.")


class ChangeIn(Body):
    """A flight to change to."""

    flight_fare_id: Id = Field(description="Id of the fare of the new flight.")
    disruption_id: Id | None = Field(
        None,
        description="Disruption of the present flight under whose waiver to rebook free of charge; leave out "
        "for an ordinary, paid change.",
    )


class CancelIn(Body):
    """How a cancelled segment is settled."""

    settlement: Settlement = Field(
        description="How to settle, one of the options that the cancellation quote offers: void (free, soon "
        "after issue), refund (money back less the fee), credit (value kept with the airline less the fee), "
        "forfeit (everything lost but the taxes of a flight)."
    )


class ApprovalIn(Body):
    """An approval to ask for."""

    approver_id: Id = Field(description="Id of the person who is asked, a director or executive there.")
    reason: ApprovalReason = Field(description="Which limit of the travel policy the trip exceeds.")


class DecisionIn(Body):
    """An approver's answer."""

    decision: Decision = Field(description="What the approver decided.")
    message_id: Id = Field(description="Id of the approver's message that says so; it is marked as handled.")


class MessageIn(Body):
    """A message to send."""

    traveller_id: Id = Field(description="Id of the person to write to.")
    topic: Topic = Field(description="What the message is about.")
    body: Paragraph = Field(description="The text of the message.")
    trip_id: Id | None = Field(None, description="Trip it is about, of the same company; leave out for none.")
    reply_to: Id | None = Field(
        None, description="Id of that person's message that this one answers; it is marked as handled."
    )


class InvoiceIn(Body):
    """An invoice to issue."""

    company_id: Id = Field(description="Id of the company.")
    trip_ids: list[Id] = Field(
        min_length=1, max_length=50, description="Ids of the trips whose open charges go on the invoice."
    )


class MemberIn(Body):
    """A member's new state."""

    status: MemberStatus = Field(description="What the traveller's part in the group is from now on.")


# ---------------------------------------------------------------------------------------------- answers


class Out(BaseModel):
    """A response, read from the attributes of a row."""

    model_config = ConfigDict(from_attributes=True)


Item = TypeVar("Item", bound=BaseModel)


class Page(BaseModel, Generic[Item]):
    """A slice of a list; `total` counts all that match."""

    total: int
    items: list[Item]


class Problem(BaseModel):
    """Why a request was refused."""

    detail: str


class DeskOut(BaseModel):
    """Who is signed in, and when."""

    user_id: int
    full_name: str
    role: Role
    now_utc: str
    weekday: str


class DocumentOut(Out):
    """A document without its text; company_id null means the agency's own."""

    id: int
    code: str
    version: int
    title: str
    company_id: int | None
    status: DocumentStatus
    effective_from: str


class DocumentTextOut(DocumentOut):
    """A document."""

    body: str


class PolicyOut(Out):
    """A travel policy's figures; amounts in cents."""

    short_haul_cabin: Cabin = Field(description="Highest cabin on flights shorter than long_haul_minutes.")
    long_haul_cabin: Cabin = Field(description="Highest cabin on flights of long_haul_minutes or more.")
    long_haul_minutes: int
    advance_days: int = Field(description="Flights are booked at least this many days ahead.")
    hotel_cap_cents: int = Field(description="Most a room may cost in any night, where no city cap applies.")
    approval_over_cents: int = Field(description="A trip that costs more needs approval.")
    rail_class: RailClass
    car_category: CarCategory


class CapOut(BaseModel):
    """A hotel cap of one city."""

    city: str
    cap_cents: int


class GroupOut(Out):
    """A group as lists show it."""

    id: int
    code: str
    name: str
    starts_on: str
    ends_on: str
    status: GroupStatus


class CompanyOut(BaseModel):
    """A company with its policy."""

    id: int
    code: str
    name: str
    billing_email: str
    payment_days: int
    booking_fee_cents: int = Field(description="What the agency charges for each booking.")
    policy: PolicyOut
    city_hotel_caps: list[CapOut]
    documents: list[DocumentOut] = Field(description="The company's own documents in force.")
    groups: list[GroupOut]


class TravellerOut(BaseModel):
    """A traveller as lists show them."""

    id: int
    full_name: str
    company_id: int
    company: str
    grade: Grade
    is_active: bool


class PassportOut(BaseModel):
    """A passport."""

    country_code: str
    country: str
    country_has_free_movement: bool = Field(
        description="Whether it belongs to the EU, the EEA or Switzerland."
    )
    number: str
    expires_on: str


class MembershipOut(BaseModel):
    """A membership."""

    programme: str
    provider: Provider
    number: str
    tier: Tier


class PreferenceOut(Out):
    """Preferences."""

    traveller_id: int
    seat: SeatWish
    meal: Meal
    bed: BedWish
    remark: str


class TravellerDetailOut(TravellerOut):
    """A traveller in full."""

    email: str
    phone: str
    date_of_birth: str
    cost_centre: str
    approver_id: int | None
    approver: str | None
    passports: list[PassportOut]
    memberships: list[MembershipOut]
    preferences: PreferenceOut | None


class FlightOut(BaseModel):
    """A flight as lists show it."""

    flight_id: int
    flight_number: str
    airline: str
    origin: str
    destination: str
    departs_local: str
    arrives_local: str
    departs_utc: str
    arrives_utc: str
    minutes: int
    status: FlightStatus


class ItineraryOut(BaseModel):
    """One flight, or two with a change of planes."""

    flights: list[FlightOut]
    total_minutes: int = Field(description="From the first departure to the last arrival.")
    connection_minutes: int | None
    lowest_price_cents: int | None = Field(
        description="The lowest fares of the cabin that have seats, added up; null if a flight has none."
    )


class FareOut(BaseModel):
    """A fare with its rule; a fee that is null means that this is not allowed."""

    flight_fare_id: int
    cabin: Cabin
    booking_class: str
    fare_cents: int
    taxes_cents: int
    total_cents: int
    seats_left: int
    rule: str
    change_fee_cents: int | None
    refund_fee_cents: int | None
    credit_fee_cents: int | None
    no_show_fee_cents: int
    hold_hours: int
    min_advance_days: int
    checked_bags: int


class FlightDetailOut(FlightOut):
    """A flight in full."""

    airline_programme: str
    origin_city: str
    destination_city: str
    destination_country: str
    destination_passport_months: int
    min_connection_minutes_at_destination: int
    fares: list[FareOut]


class SeatOut(BaseModel):
    """A seat."""

    seat_id: int
    seat: str
    cabin: Cabin
    position: SeatPosition
    fee_cents: int
    is_free: bool


class HotelOut(BaseModel):
    """A hotel that has a room for the whole stay."""

    hotel_id: int
    name: str
    stars: int
    city: str
    lowest_total_cents: int = Field(description="The whole stay in the cheapest room type that is free.")


class NightOut(Out):
    """A night's rate."""

    night: str
    rate_cents: int
    rooms_left: int


class RoomOut(BaseModel):
    """A room type over a stay."""

    room_type_id: int
    name: str
    bed: Bed
    breakfast: bool
    free_cancel_days: int | None = Field(
        description="Free until this many days before check-in, then the first night is lost; null: never "
        "refundable."
    )
    hold_hours: int
    available: bool
    total_cents: int | None
    nights: list[NightOut]


class HotelDetailOut(BaseModel):
    """A hotel in full."""

    hotel_id: int
    name: str
    stars: int
    city: str
    address: str
    programme: str | None
    rooms: list[RoomOut]


class RailFareOut(BaseModel):
    """A fare of a train."""

    rail_fare_id: int
    name: str
    rail_class: RailClass
    price_cents: int
    cancel_fee_cents: int | None = Field(description="Null means that it is not refundable.")
    seats_left: int


class TrainOut(BaseModel):
    """A train."""

    operator: str
    train_number: str
    from_city: str
    to_city: str
    departs_local: str
    arrives_local: str
    departs_utc: str
    arrives_utc: str
    fares: list[RailFareOut]


class CarOut(BaseModel):
    """A rental offer over some days."""

    car_offer_id: int
    supplier: str
    airport: str
    category: CarCategory
    days: int
    daily_rate_cents: int
    total_cents: int
    cars_left: int


class TripOut(BaseModel):
    """A trip as lists show it."""

    id: int
    reference: str
    traveller_id: int
    traveller: str
    company_id: int
    purpose: str
    status: TripStatus
    approval_status: ApprovalState
    starts_on: str | None = Field(
        description="First day of what is held, booked or used; null if nothing is."
    )
    ends_on: str | None
    held_segments: int
    booked_segments: int


class SegmentOut(BaseModel):
    """A segment."""

    segment_id: int
    kind: Kind
    status: SegmentStatus
    what: str
    starts_on: str
    ends_on: str
    starts_utc: str | None
    ends_utc: str | None
    starts_local: str | None
    ends_local: str | None
    flight_id: int | None
    flight_fare_id: int | None
    cabin: Cabin | None
    booking_class: str | None
    arrives_in_country: str | None
    passport_months: int | None = Field(description="What the country of arrival asks of foreign passports.")
    hotel_id: int | None
    room_type_id: int | None
    from_block_of_group_id: int | None
    seat: str | None
    price_cents: int
    booking_locator: str | None
    hold_expires_at: str | None = Field(description="Only while it is held.")
    ticket_number: str | None
    ticket_issued_at: str | None
    ticket_status: TicketStatus | None


class ApprovalOut(Out):
    """An approval."""

    id: int
    trip_id: int
    approver_id: int
    reason: ApprovalReason
    status: ApprovalStatus
    message_id: int | None
    requested_at: str
    decided_at: str | None


class ChargeOut(Out):
    """A movement of money; negative is in the company's favour."""

    id: int
    trip_id: int
    segment_id: int | None
    kind: ChargeKind
    amount_cents: int
    invoice_id: int | None
    created_at: str


class TripDetailOut(TripOut):
    """A trip in full."""

    group_id: int | None
    created_at: str
    segments: list[SegmentOut]
    approvals: list[ApprovalOut]
    charges: list[ChargeOut]
    uninvoiced_cents: int


class HoldOut(BaseModel):
    """A hold."""

    hold_id: int
    segment_id: int
    trip_id: int
    trip_reference: str
    traveller: str
    company_id: int
    what: str
    placed_at: str
    expires_at: str
    has_run_out: bool
    status: HoldStatus


class BookingOut(BaseModel):
    """A new booking."""

    booking_id: int
    locator: str
    trip_id: int
    segments_cents: int
    service_fee_cents: int
    credit_used_cents: int
    total_cents: int
    segments: list[SegmentOut]


class ChangeQuoteOut(BaseModel):
    """What a change of flight costs."""

    segment_id: int
    from_flight: str
    to_flight: str
    change_fee_cents: int
    fare_difference_cents: int
    total_cents: int
    under_waiver: bool


class ChangedOut(ChangeQuoteOut):
    """A change that was made."""

    segment: SegmentOut


class OptionOut(BaseModel):
    """A way to settle a cancellation."""

    settlement: Settlement
    refund_cents: int = Field(description="Money back to the company.")
    credit_cents: int = Field(description="Value kept with the airline.")
    no_show_fee_cents: int


class CancelQuoteOut(BaseModel):
    """How a segment can be cancelled."""

    segment_id: int
    what: str
    paid_cents: int
    options: list[OptionOut]


class CancelledOut(BaseModel):
    """A cancellation that was made."""

    segment_id: int
    settlement: Settlement
    refund_cents: int
    credit_cents: int
    credit_id: int | None
    no_show_fee_cents: int


class CreditOut(BaseModel):
    """An unused-ticket credit."""

    id: int
    traveller_id: int
    traveller: str
    airline: str
    airline_code: str
    amount_cents: int
    remaining_cents: int
    expires_on: str
    status: CreditStatus


class DisruptionOut(BaseModel):
    """A disruption."""

    id: int
    kind: DisruptionKind
    flight_id: int
    flight_number: str
    origin: str
    destination: str
    departs_local: str
    delay_minutes: int | None
    cause: str
    waiver: str
    announced_at: str
    status: DisruptionStatus


class MessageOut(BaseModel):
    """A message; traveller is the person outside who wrote or received it."""

    id: int
    traveller_id: int
    traveller: str
    company_id: int
    trip_id: int | None
    trip_reference: str | None
    direction: Direction
    topic: Topic
    body: str
    reply_to: int | None
    handled: bool
    created_at: str


class InvoiceOut(BaseModel):
    """An invoice as lists show it."""

    id: int
    number: str
    company_id: int
    company: str
    issued_on: str
    due_on: str
    total_cents: int
    status: InvoiceStatus


class InvoiceDetailOut(InvoiceOut):
    """An invoice with its charges."""

    charges: list[ChargeOut]


class MemberOut(BaseModel):
    """A member of a group."""

    traveller_id: int
    traveller: str
    status: MemberStatus


class GroupDetailOut(GroupOut):
    """A group in full."""

    company_id: int
    organiser: str
    hotel: str
    room_type_id: int
    room_type: str
    block_rate_cents: int
    rooms_blocked: int
    rooms_free: int
    release_on: str = Field(
        description="Last day on which rooms are taken from the block or given back free."
    )
    members: list[MemberOut]


# ---------------------------------------------------------------------------------------------- plumbing


async def open_session() -> AsyncIterator[Session]:
    """Give a handler a session; what it does not commit is rolled back."""
    with SessionLocal() as db:
        yield db


Db = Annotated[Session, Depends(open_session)]
Row = TypeVar("Row", bound=Base)


def now() -> datetime:
    """Return the present moment in full seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def today() -> date:
    """Return the present day in Dublin as the desk counts it, which is the UTC day."""
    return now().date()


def text_of(moment: datetime) -> str:
    """Write a moment as the database does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """Read a moment as the database writes it."""
    return datetime.fromisoformat(text)


def minutes_between(start: str, end: str) -> int:
    """Return the minutes from one moment to another."""
    return int((moment(end) - moment(start)).total_seconds() // 60)


def euros(cents: int) -> str:
    """Write an amount for people."""
    return f"EUR {cents / 100:,.2f}"


def refuse(reason: str) -> NoReturn:
    """Answer 409: the request is well-formed, but a rule or the present state forbids it."""
    raise HTTPException(409, reason)


def fetch(db: Session, model: type[Row], row_id: int, name: str) -> Row:
    """Return a row, or answer 404."""
    row = db.get(model, row_id)
    if row is None:
        raise HTTPException(404, f"there is no {name} with id {row_id}")
    return row


def slice_of(db: Session, query: Select[tuple[Row]], limit: int, offset: int) -> tuple[int, Sequence[Row]]:
    """Return how many rows match, and those asked for."""
    total = db.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    return total, db.scalars(query.limit(limit).offset(offset)).all()


def log(db: Session, action: str, entity: str, entity_id: int) -> None:
    """Add a row to the audit log."""
    db.add(
        AuditLog(at=text_of(now()), user_id=CONSULTANT_ID, action=action, entity=entity, entity_id=entity_id)
    )


def next_id(db: Session, model: Any) -> int:
    """Return the id that the next row of a table gets."""
    return (db.scalar(select(func.max(model.id))) or 0) + 1


def locator_of(booking_id: int) -> str:
    """Return six letters that look arbitrary and belong to one booking only."""
    base = len(LOCATOR_LETTERS)
    number, letters = (booking_id * 48_611_447 + 7_654_321) % base**6, ""
    for _ in range(6):
        number, digit = divmod(number, base)
        letters += LOCATOR_LETTERS[digit]
    return letters


# ---------------------------------------------------------------------------------------------- rules


def require_open(trip: Trip) -> None:
    """Answer 409 unless segments can still be added to the trip or booked."""
    if trip.status != "open":
        refuse(f"trip {trip.reference} is {trip.status}")
    if not trip.traveller.is_active:
        refuse(f"{trip.traveller.full_name} is no longer a traveller of {trip.traveller.company.name}")


def require_free_time(
    db: Session, traveller_id: int, start: str, end: str, ignore_id: int | None = None
) -> None:
    """Answer 409 if another live flight or train of the traveller overlaps the time."""
    query = (
        select(Segment)
        .join(Trip)
        .where(
            Trip.traveller_id == traveller_id,
            Segment.status.in_(LIVE),
            Segment.starts_utc < end,
            Segment.ends_utc > start,
        )
        .order_by(Segment.id)
    )
    for other in db.scalars(query):
        if other.id != ignore_id:
            refuse(f"the traveller is on {describe(other)} at that time (segment {other.id})")


def require_connections(trip: Trip, flight: Flight, ignore_id: int | None = None) -> None:
    """Answer 409 if a change of planes with another live flight of the trip is too short."""
    for other in trip.segments:
        if other.fare is None or other.status not in LIVE or other.id == ignore_id:
            continue
        for first, second in ((other.fare.flight, flight), (flight, other.fare.flight)):
            if first.destination != second.origin or first.arrives_utc > second.departs_utc:
                continue
            gap, least = (
                minutes_between(first.arrives_utc, second.departs_utc),
                (first.destination_airport.min_connection_minutes),
            )
            if gap < least:
                refuse(
                    f"{gap} minutes from {first.flight_number} to {second.flight_number} are fewer than the "
                    f"{least} that {first.destination} requires"
                )


def require_sellable(fare: FlightFare) -> None:
    """Answer 409 unless a seat of the fare can be sold now."""
    flight = fare.flight
    if flight.status not in ("scheduled", "delayed"):
        refuse(f"flight {flight.flight_number} is {flight.status}")
    if now() + TICKETING_CLOSES >= moment(flight.departs_utc):
        refuse(f"flight {flight.flight_number} departs at {flight.departs_utc}: sales close two hours before")
    if (flight.day - today()).days < fare.rule.min_advance_days:
        refuse(
            f"fare {fare.booking_class} must be taken at least {fare.rule.min_advance_days} days before "
            f"departure on {flight.day}"
        )
    if fare.seats_left < 1:
        refuse(f"fare {fare.booking_class} of flight {flight.flight_number} is sold out")


def require_nights(check_in: date, check_out: date) -> list[str]:
    """Return the nights of a stay, or answer 409 if it is not one."""
    count = (check_out - check_in).days
    if not 1 <= count <= MAX_NIGHTS:
        refuse(f"a stay has 1 to {MAX_NIGHTS} nights, not {count}")
    return [(check_in + timedelta(days=night)).isoformat() for night in range(count)]


def rates_of(db: Session, room_type_id: int, nights: Sequence[str]) -> list[RoomNight]:
    """Return the room type's row of each night that has one, in order."""
    query = select(RoomNight).where(RoomNight.room_type_id == room_type_id, RoomNight.night.in_(nights))
    return list(db.scalars(query.order_by(RoomNight.night)))


def stay_price(rates: Sequence[RoomNight], nights: Sequence[str]) -> int | None:
    """Return what the stay costs, or None if a night cannot be had."""
    if len(rates) < len(nights) or any(rate.rooms_left < 1 for rate in rates):
        return None
    return sum(rate.rate_cents for rate in rates)


def rooms_in_use(db: Session, group: Group) -> int:
    """Return how many rooms of the group's block are held or booked."""
    query = select(func.count()).where(Segment.group_id == group.id, Segment.status.in_(LIVE))
    return db.scalar(query) or 0


def require_block(db: Session, trip: Trip, group: Group, stay: HoldHotelIn) -> None:
    """Answer 409 unless the traveller may have a room of the group's block for these nights."""
    if group.status != "open":
        refuse(f"group {group.code} is {group.status}")
    if trip.group_id != group.id:
        refuse(f"trip {trip.reference} does not belong to group {group.code}")
    confirmed = {member.traveller_id for member in group.members if member.status == "confirmed"}
    if trip.traveller_id not in confirmed:
        refuse(f"{trip.traveller.full_name} is not a confirmed member of group {group.code}")
    if stay.room_type_id != group.room_type_id:
        refuse(f"the block of group {group.code} holds rooms of type {group.room_type_id}")
    if stay.check_in.isoformat() < group.starts_on or stay.check_out.isoformat() > group.ends_on:
        refuse(f"the block of group {group.code} reaches from {group.starts_on} to {group.ends_on}")
    if today().isoformat() > group.release_on:
        refuse(f"the block of group {group.code} was released after {group.release_on}")
    if rooms_in_use(db, group) >= group.rooms_blocked:
        refuse(f"all {group.rooms_blocked} rooms of the block of group {group.code} are taken")


def return_inventory(db: Session, segment: Segment) -> None:
    """Put what a segment took back on sale."""
    if segment.fare is not None and segment.fare.flight.status != "cancelled":
        segment.fare.seats_left += 1
    elif segment.room_type_id is not None and segment.group_id is None:
        nights = require_nights(date.fromisoformat(segment.starts_on), date.fromisoformat(segment.ends_on))
        for rate in rates_of(db, segment.room_type_id, nights):
            rate.rooms_left += 1
    elif segment.rail_fare is not None:
        segment.rail_fare.seats_left += 1
    elif segment.car_offer is not None:
        segment.car_offer.cars_left += 1


def place_hold(db: Session, segment: Segment, expires: datetime) -> None:
    """Add a held segment with its hold, and log it."""
    db.add(segment)
    db.flush()
    placed = now()
    db.add(
        Hold(
            segment=segment,
            placed_by=CONSULTANT_ID,
            placed_at=text_of(placed),
            expires_at=text_of(expires),
            status="active",
        )
    )
    log(db, "hold", segment.kind, segment.id)
    db.commit()


def has_run_out(hold: Hold) -> bool:
    """Say whether an active hold's time is over."""
    return hold.status == "active" and hold.expires_at <= text_of(now())


def require_held(segment: Segment) -> Hold:
    """Return the segment's active hold, or answer 409."""
    if segment.status != "held" or segment.hold is None:
        refuse(f"segment {segment.id} is {segment.status}, not held")
    return segment.hold


def require_booked(segment: Segment) -> None:
    """Answer 409 unless the segment is booked."""
    if segment.status == "held":
        refuse(f"segment {segment.id} is only held: release the hold or book it first")
    if segment.status != "booked":
        refuse(f"segment {segment.id} is {segment.status}")


def require_passport(segment: Segment) -> None:
    """Answer 409 if a flight crosses a border and no passport is valid on the day of arrival."""
    if segment.fare is None:
        return
    flight = segment.fare.flight
    if flight.origin_airport.city.country_code == flight.destination_airport.city.country_code:
        return
    arrival = flight.arrives_local[:10]
    if not any(passport.expires_on >= arrival for passport in segment.trip.traveller.passports):
        refuse(f"{segment.trip.traveller.full_name} has no passport that is valid on {arrival}")


def spend_credit(db: Session, credit_id: int, trip: Trip, segments: Sequence[Segment]) -> int:
    """Spend a credit on the flights that it can pay for, and return how much of it was used."""
    credit = fetch(db, TicketCredit, credit_id, "ticket credit")
    if credit.traveller_id != trip.traveller_id:
        refuse(f"credit {credit.id} belongs to another traveller")
    if credit.status != "open":
        refuse(f"credit {credit.id} is {credit.status}")
    payable = sum(
        segment.price_cents
        for segment in segments
        if segment.fare is not None
        and segment.fare.flight.airline_id == credit.airline_id
        and segment.starts_on <= credit.expires_on
    )
    used = min(payable, credit.remaining_cents)
    if used == 0 or credit.expires_on < today().isoformat():
        refuse(
            f"credit {credit.id} pays only for flights of {credit.airline.name} that depart by "
            f"{credit.expires_on}, and there is none among these segments"
        )
    credit.remaining_cents -= used
    credit.status = "open" if credit.remaining_cents else "used"
    return used


def add_charge(
    db: Session, trip_id: int, segment_id: int | None, kind: ChargeKind, amount_cents: int
) -> None:
    """Add a movement of money, if there is any."""
    if amount_cents:
        db.add(
            Charge(
                trip_id=trip_id,
                segment_id=segment_id,
                kind=kind,
                amount_cents=amount_cents,
                created_at=text_of(now()),
            )
        )


def issue_ticket(db: Session, segment: Segment, airline: Airline, fare_cents: int, taxes_cents: int) -> None:
    """Add a ticket for a flight segment."""
    ticket_id = next_id(db, Ticket)
    ticket = Ticket(
        id=ticket_id,
        number=f"{airline.ticket_prefix}-{2_400_000_000 + ticket_id}",
        segment_id=segment.id,
        fare_cents=fare_cents,
        taxes_cents=taxes_cents,
        status="open",
        issued_at=text_of(now()),
    )
    db.add(ticket)
    db.flush()


def open_ticket(db: Session, segment: Segment) -> Ticket:
    """Return a booked flight's open ticket, or answer 409."""
    query = select(Ticket).where(Ticket.segment_id == segment.id, Ticket.status == "open")
    ticket = db.scalars(query.order_by(Ticket.id.desc())).first()
    if ticket is None:
        refuse(f"segment {segment.id} has no open ticket")
    return ticket


def require_waiver(disruption: Disruption, segment: Segment, new: FlightFare) -> None:
    """Answer 409 unless the airline's waiver covers the change."""
    old = segment.fare
    if disruption.status != "open" or old is None or disruption.flight_id != old.flight_id:
        refuse(f"disruption {disruption.id} is not an open disruption of the segment's flight")
    if disruption.delay_minutes is not None and disruption.delay_minutes < WAIVER_DELAY_MINUTES:
        refuse(
            f"a delay of {disruption.delay_minutes} minutes is below the {WAIVER_DELAY_MINUTES} of a waiver"
        )
    if new.cabin != old.cabin:
        refuse(f"the waiver rebooks in the same cabin, {old.cabin}")
    if not 0 <= (new.flight.day - old.flight.day).days <= disruption.rebook_days:
        refuse(f"the waiver rebooks on the same day or up to {disruption.rebook_days} days later")


def quote_of_change(db: Session, segment: Segment, change: ChangeIn) -> tuple[ChangeQuoteOut, FlightFare]:
    """Check every rule of an exchange and return what it costs and the new fare, or answer 409."""
    require_booked(segment)
    require_open(segment.trip)
    old, new = segment.fare, fetch(db, FlightFare, change.flight_fare_id, "flight fare")
    if old is None:
        refuse(f"segment {segment.id} is a {segment.kind}, not a flight")
    open_ticket(db, segment)
    if new.id == old.id:
        refuse("the segment has this fare already")
    if (new.flight.airline_id, new.flight.origin, new.flight.destination) != (
        old.flight.airline_id,
        old.flight.origin,
        old.flight.destination,
    ):
        refuse(f"a change keeps the airline and the route {old.flight.origin}-{old.flight.destination}")
    require_sellable(new)
    require_free_time(
        db, segment.trip.traveller_id, new.flight.departs_utc, new.flight.arrives_utc, segment.id
    )
    require_connections(segment.trip, new.flight, segment.id)
    fee = difference = 0
    if change.disruption_id is not None:
        require_waiver(fetch(db, Disruption, change.disruption_id, "disruption"), segment, new)
    else:
        if old.flight.status == "cancelled":
            refuse(f"{old.flight.flight_number} is cancelled: rebook under the waiver of its disruption")
        if moment(old.flight.departs_utc) - CHECK_IN_CLOSES <= now():
            refuse(f"{old.flight.flight_number} departs at {old.flight.departs_utc}: too late for a change")
        if old.rule.change_fee_cents is None:
            refuse(f"the fare rule {old.rule.code} allows no change")
        fee, difference = old.rule.change_fee_cents, max(0, new.total_cents - segment.price_cents)
    quote = ChangeQuoteOut(
        segment_id=segment.id,
        from_flight=f"{old.flight.flight_number} {old.flight.departs_local}",
        to_flight=f"{new.flight.flight_number} {new.flight.departs_local}",
        change_fee_cents=fee,
        fare_difference_cents=difference,
        total_cents=fee + difference,
        under_waiver=change.disruption_id is not None,
    )
    return quote, new


def option(settlement: Settlement, refund: int = 0, credit: int = 0, no_show_fee: int = 0) -> OptionOut:
    """Return a way to settle; nothing sinks below zero."""
    return OptionOut(
        settlement=settlement,
        refund_cents=max(0, refund),
        credit_cents=max(0, credit),
        no_show_fee_cents=no_show_fee,
    )


def flight_options(db: Session, segment: Segment, fare: FlightFare) -> list[OptionOut]:
    """Return how a booked flight can be settled, best first."""
    ticket, rule, flight = open_ticket(db, segment), fare.rule, fare.flight
    paid = segment.price_cents
    if flight.status == "cancelled":
        return [option("refund", refund=paid)]
    if moment(flight.departs_utc) - CHECK_IN_CLOSES <= now():
        return [option("forfeit", refund=ticket.taxes_cents, no_show_fee=rule.no_show_fee_cents)]
    options = []
    if now() < moment(ticket.issued_at) + VOID_WINDOW:
        options.append(option("void", refund=paid))
    if rule.refund_fee_cents is not None:
        options.append(option("refund", refund=paid - rule.refund_fee_cents))
    if rule.credit_fee_cents is not None and paid > rule.credit_fee_cents:
        options.append(option("credit", credit=paid - rule.credit_fee_cents))
    return [*options, option("forfeit", refund=ticket.taxes_cents)]


def hotel_options(db: Session, segment: Segment, room: RoomType) -> list[OptionOut]:
    """Return how a booked stay can be settled."""
    check_in = date.fromisoformat(segment.starts_on)
    if segment.group is not None:
        free = today().isoformat() <= segment.group.release_on
        first_night = segment.group.block_rate_cents
    elif room.free_cancel_days is None:
        return [option("forfeit")]
    else:
        free = today() <= check_in - timedelta(days=room.free_cancel_days)
        first_night = sum(rate.rate_cents for rate in rates_of(db, room.id, [segment.starts_on]))
    if today() > check_in:
        return [option("forfeit")]
    return [option("refund", refund=segment.price_cents - (0 if free else first_night))]


def cancel_options(db: Session, segment: Segment) -> list[OptionOut]:
    """Return how a booked segment can be settled, or answer 409."""
    require_booked(segment)
    if segment.fare is not None:
        return flight_options(db, segment, segment.fare)
    if segment.room_type is not None:
        return hotel_options(db, segment, segment.room_type)
    if segment.rail_fare is not None:
        fee = segment.rail_fare.cancel_fee_cents
        if fee is None or segment.rail_fare.leg.departs_utc <= text_of(now()):
            return [option("forfeit")]
        return [option("refund", refund=segment.price_cents - fee)]
    days = max(1, minutes_between(segment.starts_on, segment.ends_on) // 1440)
    late = today() >= date.fromisoformat(segment.starts_on)
    return [option("refund", refund=segment.price_cents - (segment.price_cents // days if late else 0))]


SETTLED_TICKET: tuple[tuple[Settlement, TicketStatus], ...] = (
    ("void", "voided"),
    ("refund", "refunded"),
    ("credit", "credited"),
    ("forfeit", "forfeited"),
)


def settle_ticket(db: Session, segment: Segment, chosen: OptionOut) -> TicketCredit | None:
    """Close a cancelled flight's ticket; return the credit that keeps its value, if it is kept."""
    ticket = open_ticket(db, segment)
    ticket.status = dict(SETTLED_TICKET)[chosen.settlement]
    if chosen.settlement != "credit" or segment.fare is None:
        return None
    credit = TicketCredit(
        traveller_id=segment.trip.traveller_id,
        airline_id=segment.fare.flight.airline_id,
        ticket_id=ticket.id,
        amount_cents=chosen.credit_cents,
        remaining_cents=chosen.credit_cents,
        expires_on=(moment(ticket.issued_at) + CREDIT_LIFE).date().isoformat(),
        status="open",
    )
    db.add(credit)
    db.flush()
    return credit


# ---------------------------------------------------------------------------------------------- views


def describe(segment: Segment) -> str:
    """Say in a line what a segment is."""
    if segment.fare is not None:
        flight = segment.fare.flight
        return (
            f"{flight.flight_number} {flight.origin}-{flight.destination}, {flight.departs_local} to "
            f"{flight.arrives_local}, {segment.fare.cabin} {segment.fare.booking_class} "
            f"({segment.fare.rule.name}), flight {flight.status}"
        )
    if segment.room_type is not None:
        hotel = segment.room_type.hotel
        return f"{hotel.name}, {hotel.city.name}: {segment.room_type.name}"
    if segment.rail_fare is not None:
        leg, fare = segment.rail_fare.leg, segment.rail_fare
        return (
            f"{leg.operator} {leg.train_number} {leg.from_city.name}-{leg.to_city.name}, "
            f"{leg.departs_local} to {leg.arrives_local}, {fare.name}, {fare.rail_class} class"
        )
    if segment.car_offer is not None:
        offer = segment.car_offer
        return f"{offer.supplier} {offer.category} car at {offer.airport_code}"
    return segment.kind


def segment_out(segment: Segment) -> SegmentOut:
    """Show a segment."""
    fare, leg = segment.fare, segment.rail_fare.leg if segment.rail_fare is not None else None
    ride = fare.flight if fare is not None else leg
    country = fare.flight.destination_airport.city.country if fare is not None else None
    hold = segment.hold if segment.status == "held" else None
    ticket = segment.tickets[-1] if segment.tickets else None
    return SegmentOut(
        segment_id=segment.id,
        kind=segment.kind,
        status=segment.status,
        what=describe(segment),
        starts_on=segment.starts_on,
        ends_on=segment.ends_on,
        starts_utc=segment.starts_utc,
        ends_utc=segment.ends_utc,
        starts_local=ride.departs_local if ride is not None else None,
        ends_local=ride.arrives_local if ride is not None else None,
        flight_id=fare.flight_id if fare is not None else None,
        flight_fare_id=segment.flight_fare_id,
        cabin=fare.cabin if fare is not None else None,
        booking_class=fare.booking_class if fare is not None else None,
        arrives_in_country=country.name if country is not None else None,
        passport_months=country.passport_months if country is not None else None,
        hotel_id=segment.room_type.hotel_id if segment.room_type is not None else None,
        room_type_id=segment.room_type_id,
        from_block_of_group_id=segment.group_id,
        seat=seat_name(segment.seat) if segment.seat is not None else None,
        price_cents=segment.price_cents,
        booking_locator=segment.booking.locator if segment.booking is not None else None,
        hold_expires_at=hold.expires_at if hold is not None else None,
        ticket_number=ticket.number if ticket is not None else None,
        ticket_issued_at=ticket.issued_at if ticket is not None else None,
        ticket_status=ticket.status if ticket is not None else None,
    )


def seat_name(seat: Seat) -> str:
    """Name a seat as boarding passes do."""
    return f"{seat.row_no}{seat.letter}"


def trip_fields(trip: Trip) -> dict[str, Any]:
    """Return what lists show of a trip."""
    shown = [segment for segment in trip.segments if segment.status in ("held", "booked", "used")]
    return {
        "id": trip.id,
        "reference": trip.reference,
        "traveller_id": trip.traveller_id,
        "traveller": trip.traveller.full_name,
        "company_id": trip.traveller.company_id,
        "purpose": trip.purpose,
        "status": trip.status,
        "approval_status": trip.approval_status,
        "starts_on": min((segment.starts_on for segment in shown), default=None),
        "ends_on": max((segment.ends_on for segment in shown), default=None),
        "held_segments": sum(segment.status == "held" for segment in shown),
        "booked_segments": sum(segment.status == "booked" for segment in shown),
    }


def trip_detail(trip: Trip) -> TripDetailOut:
    """Show a trip in full."""
    return TripDetailOut(
        **trip_fields(trip),
        group_id=trip.group_id,
        created_at=trip.created_at,
        segments=[segment_out(segment) for segment in trip.segments],
        approvals=[ApprovalOut.model_validate(approval) for approval in trip.approvals],
        charges=[ChargeOut.model_validate(charge) for charge in trip.charges],
        uninvoiced_cents=sum(charge.amount_cents for charge in trip.charges if charge.invoice_id is None),
    )


def traveller_fields(traveller: Traveller) -> dict[str, Any]:
    """Return what lists show of a traveller."""
    return {
        "id": traveller.id,
        "full_name": traveller.full_name,
        "company_id": traveller.company_id,
        "company": traveller.company.name,
        "grade": traveller.grade,
        "is_active": bool(traveller.is_active),
    }


def flight_fields(flight: Flight) -> dict[str, Any]:
    """Return what lists show of a flight."""
    return {
        "flight_id": flight.id,
        "flight_number": flight.flight_number,
        "airline": flight.airline.name,
        "origin": flight.origin,
        "destination": flight.destination,
        "departs_local": flight.departs_local,
        "arrives_local": flight.arrives_local,
        "departs_utc": flight.departs_utc,
        "arrives_utc": flight.arrives_utc,
        "minutes": flight.minutes,
        "status": flight.status,
    }


def fare_out(fare: FlightFare) -> FareOut:
    """Show a fare with its rule."""
    rule = fare.rule
    return FareOut(
        flight_fare_id=fare.id,
        cabin=fare.cabin,
        booking_class=fare.booking_class,
        fare_cents=fare.fare_cents,
        taxes_cents=fare.taxes_cents,
        total_cents=fare.total_cents,
        seats_left=fare.seats_left,
        rule=f"{rule.code}: {rule.name}",
        change_fee_cents=rule.change_fee_cents,
        refund_fee_cents=rule.refund_fee_cents,
        credit_fee_cents=rule.credit_fee_cents,
        no_show_fee_cents=rule.no_show_fee_cents,
        hold_hours=rule.hold_hours,
        min_advance_days=rule.min_advance_days,
        checked_bags=rule.checked_bags,
    )


def itinerary_out(flights: Sequence[Flight], cabin: str) -> ItineraryOut:
    """Show one flight or a connection, with the lowest price of a cabin."""
    prices = [
        min(
            (fare.total_cents for fare in flight.fares if fare.cabin == cabin and fare.seats_left),
            default=None,
        )
        for flight in flights
    ]
    known = [price for price in prices if price is not None]
    return ItineraryOut(
        flights=[FlightOut(**flight_fields(flight)) for flight in flights],
        total_minutes=minutes_between(flights[0].departs_utc, flights[-1].arrives_utc),
        connection_minutes=(
            minutes_between(flights[0].arrives_utc, flights[1].departs_utc) if len(flights) > 1 else None
        ),
        lowest_price_cents=sum(known) if len(known) == len(prices) else None,
    )


def hold_out(hold: Hold) -> HoldOut:
    """Show a hold."""
    trip = hold.segment.trip
    return HoldOut(
        hold_id=hold.id,
        segment_id=hold.segment_id,
        trip_id=trip.id,
        trip_reference=trip.reference,
        traveller=trip.traveller.full_name,
        company_id=trip.traveller.company_id,
        what=describe(hold.segment),
        placed_at=hold.placed_at,
        expires_at=hold.expires_at,
        has_run_out=has_run_out(hold),
        status=hold.status,
    )


def invoice_fields(invoice: Invoice) -> dict[str, Any]:
    """Return what lists show of an invoice."""
    return {
        "id": invoice.id,
        "number": invoice.number,
        "company_id": invoice.company_id,
        "company": invoice.company.name,
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on,
        "total_cents": invoice.total_cents,
        "status": invoice.status,
    }


def message_out(message: Message) -> MessageOut:
    """Show a message."""
    return MessageOut(
        id=message.id,
        traveller_id=message.traveller_id,
        traveller=message.traveller.full_name,
        company_id=message.traveller.company_id,
        trip_id=message.trip_id,
        trip_reference=message.trip.reference if message.trip is not None else None,
        direction=message.direction,
        topic=message.topic,
        body=message.body,
        reply_to=message.reply_to,
        handled=bool(message.handled),
        created_at=message.created_at,
    )


def group_detail(db: Session, group: Group) -> GroupDetailOut:
    """Show a group in full."""
    members = db.scalars(
        select(GroupMember).where(GroupMember.group_id == group.id).order_by(GroupMember.traveller_id)
    )
    return GroupDetailOut(
        id=group.id,
        code=group.code,
        name=group.name,
        starts_on=group.starts_on,
        ends_on=group.ends_on,
        status=group.status,
        company_id=group.company_id,
        organiser=group.organiser.full_name,
        hotel=f"{group.room_type.hotel.name}, {group.room_type.hotel.city.name}",
        room_type_id=group.room_type_id,
        room_type=group.room_type.name,
        block_rate_cents=group.block_rate_cents,
        rooms_blocked=group.rooms_blocked,
        rooms_free=max(0, group.rooms_blocked - rooms_in_use(db, group)),
        release_on=group.release_on,
        members=[
            MemberOut(
                traveller_id=member.traveller_id, traveller=member.traveller.full_name, status=member.status
            )
            for member in members
        ],
    )


def city_named(db: Session, name: str) -> City:
    """Return a city by name, any case, or answer 404."""
    city = db.scalar(select(City).where(func.lower(City.name) == name.lower()))
    if city is None:
        raise HTTPException(404, f"there is no city named {name}")
    return city


def airport_of(db: Session, code: str) -> Airport:
    """Return an airport by code, or answer 404."""
    airport = db.get(Airport, code)
    if airport is None:
        raise HTTPException(404, f"there is no airport {code}")
    return airport


# ---------------------------------------------------------------------------------------------- endpoints

app = FastAPI(
    title="Larkfield Corporate Travel: booking desk",
    version="1.0.0",
    description="Search, hold, book, change and cancel business travel for client companies. All amounts are "
    "in euro cents. A missing record answers 404, a broken rule 409 with the rule in words.",
    responses={
        404: {"model": Problem, "description": "There is no such record."},
        409: {"model": Problem, "description": "A rule or the present state forbids it."},
    },
)


@app.exception_handler(RequestValidationError)
async def show_invalid(_request: Request, error: RequestValidationError) -> Response:
    """Answer 422 in plain ASCII without repeating the input, which may not be printable."""
    detail = [{"where": list(problem["loc"]), "problem": problem["msg"]} for problem in error.errors()]
    return Response(json.dumps({"detail": detail}), status_code=422, media_type="application/json")


@app.exception_handler(IntegrityError)
async def show_contradiction(_request: Request, _error: IntegrityError) -> Response:
    """Answer 409 where a constraint of the database has the last word."""
    detail = "the change contradicts other records"
    return Response(json.dumps({"detail": detail}), status_code=409, media_type="application/json")


# Desk, documents, companies, travellers


@app.get("/desk", operation_id="get_desk", summary="Who is signed in, and the present time")
async def get_desk(db: Db) -> DeskOut:
    """Return the signed-in consultant and the present time in UTC, by which holds and deadlines are counted.

    The desk is in Dublin, where local time is UTC until 29 March 2026.
    """
    user = fetch(db, User, CONSULTANT_ID, "user")
    return DeskOut(
        user_id=user.id,
        full_name=user.full_name,
        role=user.role,
        now_utc=text_of(now()),
        weekday=now().strftime("%A"),
    )


@app.get("/documents", operation_id="list_documents", summary="List procedures and policy documents")
async def list_documents(
    db: Db,
    company_id: Annotated[int | None, filter_id("Only documents of this company.")] = None,
    agency_only: Annotated[bool, Query(description="Only the agency's own procedures.")] = False,
    status: Annotated[
        DocumentStatus | None, Query(description="Only in_force or only superseded ones.")
    ] = "in_force",
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[DocumentOut]:
    """List the agency's procedures and the companies' own rules by code, without their texts.

    The agency's procedures have no company_id. By default only versions in force are listed. Read a document
    before you act on it: the application does not enforce what it says.
    """
    query = select(PolicyDocument).order_by(PolicyDocument.code, PolicyDocument.version.desc())
    if company_id is not None:
        query = query.where(PolicyDocument.company_id == company_id)
    if agency_only:
        query = query.where(PolicyDocument.company_id.is_(None))
    if status is not None:
        query = query.where(PolicyDocument.status == status)
    total, rows = slice_of(db, query, limit, offset)
    return Page(total=total, items=[DocumentOut.model_validate(row) for row in rows])


@app.get("/documents/{document_id}", operation_id="get_document", summary="Read a document")
async def get_document(db: Db, document_id: Annotated[int, path_id("document")]) -> DocumentTextOut:
    """Return a procedure or policy document with its full text. Check that its status is in_force."""
    return DocumentTextOut.model_validate(fetch(db, PolicyDocument, document_id, "document"))


@app.get("/companies/{company_id}", operation_id="get_company", summary="Show a company's travel policy")
async def get_company(db: Db, company_id: Annotated[int, path_id("company")]) -> CompanyOut:
    """Return a company's terms, the figures of its travel policy, its city hotel caps, documents and groups.

    A city cap replaces the general hotel cap in that city. Travellers, trips and invoices name their company.
    """
    company = fetch(db, Company, company_id, "company")
    documents = db.scalars(
        select(PolicyDocument)
        .where(PolicyDocument.company_id == company_id, PolicyDocument.status == "in_force")
        .order_by(PolicyDocument.code)
    )
    groups = db.scalars(
        select(Group).where(Group.company_id == company_id).order_by(Group.starts_on, Group.id)
    )
    return CompanyOut(
        id=company.id,
        code=company.code,
        name=company.name,
        billing_email=company.billing_email,
        payment_days=company.payment_days,
        booking_fee_cents=company.booking_fee_cents,
        policy=PolicyOut.model_validate(company.policy),
        city_hotel_caps=[CapOut(city=cap.city.name, cap_cents=cap.cap_cents) for cap in company.hotel_caps],
        documents=[DocumentOut.model_validate(row) for row in documents],
        groups=[GroupOut.model_validate(row) for row in groups],
    )


@app.get("/travellers", operation_id="search_travellers", summary="Find travellers and approvers")
async def search_travellers(
    db: Db,
    name: Annotated[Words | None, Query(description="Part of the person's name, any case.")] = None,
    company: Annotated[Words | None, Query(description="Part of the company's name, any case.")] = None,
    grade: Annotated[Grade | None, Query(description="Only people of this grade.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[TravellerOut]:
    """List people of client companies by name, with their ids and those of their companies."""
    query = select(Traveller).join(Company).order_by(Traveller.full_name, Traveller.id)
    if name is not None:
        query = query.where(Traveller.full_name.icontains(name, autoescape=True))
    if company is not None:
        query = query.where(Company.name.icontains(company, autoescape=True))
    if grade is not None:
        query = query.where(Traveller.grade == grade)
    total, rows = slice_of(db, query, limit, offset)
    return Page(total=total, items=[TravellerOut(**traveller_fields(row)) for row in rows])


@app.get("/travellers/{traveller_id}", operation_id="get_traveller", summary="Show a traveller's profile")
async def get_traveller(db: Db, traveller_id: Annotated[int, path_id("traveller")]) -> TravellerDetailOut:
    """Return a traveller's profile: contact, approver, passports, loyalty memberships and preferences."""
    traveller = fetch(db, Traveller, traveller_id, "traveller")
    return TravellerDetailOut(
        **traveller_fields(traveller),
        email=traveller.email,
        phone=traveller.phone,
        date_of_birth=traveller.date_of_birth,
        cost_centre=traveller.cost_centre,
        approver_id=traveller.approver_id,
        approver=traveller.approver.full_name if traveller.approver is not None else None,
        passports=[
            PassportOut(
                country_code=passport.country_code,
                country=passport.country.name,
                country_has_free_movement=bool(passport.country.free_movement),
                number=passport.number,
                expires_on=passport.expires_on,
            )
            for passport in traveller.passports
        ],
        memberships=[
            MembershipOut(
                programme=membership.programme.name,
                provider=membership.programme.provider,
                number=membership.number,
                tier=membership.tier,
            )
            for membership in traveller.memberships
        ],
        preferences=(
            PreferenceOut.model_validate(traveller.preference) if traveller.preference is not None else None
        ),
    )


@app.patch(
    "/travellers/{traveller_id}/preferences",
    operation_id="update_preferences",
    summary="Change a traveller's preferences",
)
async def update_preferences(
    db: Db, traveller_id: Annotated[int, path_id("traveller")], wishes: PreferencesIn
) -> PreferenceOut:
    """Change the seat, meal or bed preference in a traveller's profile; what is left out stays as it is.

    This is for future trips: seats that are assigned already do not change. Answers 409 if nothing differs.
    """
    traveller = fetch(db, Traveller, traveller_id, "traveller")
    preference = traveller.preference
    if preference is None:
        preference = Preference(traveller_id=traveller.id, seat="any", meal="standard", bed="any", remark="")
        db.add(preference)
    wanted = {name: value for name, value in wishes.model_dump().items() if value is not None}
    if all(getattr(preference, name) == value for name, value in wanted.items()):
        refuse("these are the traveller's preferences already")
    for name, value in wanted.items():
        setattr(preference, name, value)
    log(db, "update", "preferences", traveller.id)
    db.commit()
    return PreferenceOut.model_validate(preference)


# What can be bought


@app.get("/flights", operation_id="search_flights", summary="Search flights and connections")
async def search_flights(
    db: Db,
    origin: Annotated[AirportCode, Query(description="Airport of departure, e.g. DUB.")],
    destination: Annotated[AirportCode, Query(description="Airport of arrival, e.g. FRA.")],
    day: Annotated[Day, Query(description="Local day of the first departure, e.g. 2026-05-04.")],
    max_stops: Annotated[
        int, Query(ge=0, le=1, description="0 for direct flights only, 1 for a change.")
    ] = 0,
    cabin: Annotated[Cabin, Query(description="Cabin whose lowest price is shown.")] = "economy",
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[ItineraryOut]:
    """List direct flights, and on request connections with one change, that leave on a local day.

    A connection keeps the minimum connecting time of the airport and waits at most 12 hours there. Cancelled
    flights are left out. The price is that of the lowest fare with seats, whatever its rule: see the flight's
    details for fares, rules and ids. Ordered by departure, then by arrival.
    """
    start, end = airport_of(db, origin), airport_of(db, destination)
    first_legs = db.scalars(
        select(Flight)
        .where(
            Flight.origin == start.code,
            Flight.departs_local.startswith(day.isoformat()),
            Flight.status.in_(("scheduled", "delayed")),
        )
        .order_by(Flight.departs_utc, Flight.id)
    ).all()
    found: list[tuple[Flight, ...]] = [(flight,) for flight in first_legs if flight.destination == end.code]
    for first in first_legs if max_stops else ():
        if first.destination == end.code:
            continue
        arrival = moment(first.arrives_utc)
        least = timedelta(minutes=first.destination_airport.min_connection_minutes)
        onward = select(Flight).where(
            Flight.origin == first.destination,
            Flight.destination == end.code,
            Flight.departs_utc.between(text_of(arrival + least), text_of(arrival + MAX_LAYOVER)),
            Flight.status.in_(("scheduled", "delayed")),
        )
        found += [(first, second) for second in db.scalars(onward.order_by(Flight.departs_utc, Flight.id))]
    found.sort(key=lambda flights: (flights[0].departs_utc, flights[-1].arrives_utc, flights[0].id))
    shown = found[offset : offset + limit]
    return Page(total=len(found), items=[itinerary_out(flights, cabin) for flights in shown])


@app.get("/flights/{flight_id}", operation_id="get_flight", summary="Show a flight with fares and rules")
async def get_flight(db: Db, flight_id: Annotated[int, path_id("flight")]) -> FlightDetailOut:
    """Return a flight with every fare, its seats left and its rule.

    A fee that is null means that the fare cannot be changed, refunded or kept as credit. A change costs the
    change fee of the present fare plus the difference to a dearer fare. `refund_fee_cents` is kept from a
    refund, `credit_fee_cents` from a credit. `min_advance_days` before departure is the last day of sale.
    """
    flight = fetch(db, Flight, flight_id, "flight")
    city = flight.destination_airport.city
    return FlightDetailOut(
        **flight_fields(flight),
        airline_programme=flight.airline.programme.name,
        origin_city=flight.origin_airport.city.name,
        destination_city=city.name,
        destination_country=city.country.name,
        destination_passport_months=city.country.passport_months,
        min_connection_minutes_at_destination=flight.destination_airport.min_connection_minutes,
        fares=[fare_out(fare) for fare in flight.fares],
    )


@app.get("/flights/{flight_id}/seats", operation_id="get_seat_map", summary="Show the seats of a flight")
async def get_seat_map(
    db: Db,
    flight_id: Annotated[int, path_id("flight")],
    cabin: Annotated[Cabin | None, Query(description="Only seats of this cabin.")] = None,
    position: Annotated[SeatPosition | None, Query(description="Only seats at this position.")] = None,
    free_only: Annotated[bool, Query(description="Only seats that can be assigned now.")] = True,
) -> list[SeatOut]:
    """List the seats of a flight that can be chosen in advance, from the front to the back, with their fees.

    Seats without a fee cost nothing; a fee is charged to the company when the seat is assigned.
    """
    fetch(db, Flight, flight_id, "flight")
    query = select(Seat).where(Seat.flight_id == flight_id).order_by(Seat.row_no, Seat.letter)
    if cabin is not None:
        query = query.where(Seat.cabin == cabin)
    if position is not None:
        query = query.where(Seat.position == position)
    seats = db.scalars(query).all()
    ours = set(db.scalars(select(Segment.seat_id).where(Segment.seat_id.is_not(None))))
    shown = [
        SeatOut(
            seat_id=seat.id,
            seat=seat_name(seat),
            cabin=seat.cabin,
            position=seat.position,
            fee_cents=seat.fee_cents,
            is_free=seat.state == "open" and seat.id not in ours,
        )
        for seat in seats
    ]
    return [seat for seat in shown if seat.is_free or not free_only]


@app.get("/hotels", operation_id="search_hotels", summary="Search hotels with a room for a stay")
async def search_hotels(
    db: Db,
    city: Annotated[Words, Query(description="Name of the city, e.g. Frankfurt.")],
    check_in: Annotated[Day, Query(description="First night, local date, e.g. 2026-05-04.")],
    check_out: Annotated[Day, Query(description="Day of departure, at most 30 nights later.")],
    min_stars: Annotated[int, Query(ge=1, le=5, description="Only hotels with at least so many stars.")] = 1,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[HotelOut]:
    """List hotels of a city that have a room type free on every night of a stay, by name.

    The price is the total of the cheapest such room type. Rates differ from night to night, and hotel caps
    are per night: see the hotel's details for rates, breakfast, beds, conditions and ids.
    """
    nights = require_nights(check_in, check_out)
    place = city_named(db, city)
    query = select(Hotel).where(Hotel.city_id == place.id, Hotel.stars >= min_stars)
    found = []
    for hotel in db.scalars(query.order_by(Hotel.name)):
        prices = [stay_price(rates_of(db, room.id, nights), nights) for room in hotel.room_types]
        total = min((price for price in prices if price is not None), default=None)
        if total is not None:
            found.append(
                HotelOut(
                    hotel_id=hotel.id,
                    name=hotel.name,
                    stars=hotel.stars,
                    city=place.name,
                    lowest_total_cents=total,
                )
            )
    return Page(total=len(found), items=found[offset : offset + limit])


@app.get("/hotels/{hotel_id}", operation_id="get_hotel", summary="Show a hotel's rooms and nightly rates")
async def get_hotel(
    db: Db,
    hotel_id: Annotated[int, path_id("hotel")],
    check_in: Annotated[Day, Query(description="First night, local date, e.g. 2026-05-04.")],
    check_out: Annotated[Day, Query(description="Day of departure, at most 30 nights later.")],
) -> HotelDetailOut:
    """Return a hotel's room types with the rate and the rooms left of every night of a stay.

    `available` is true if the room type can be had on every night; `total_cents` is null where it cannot.
    """
    nights = require_nights(check_in, check_out)
    hotel = fetch(db, Hotel, hotel_id, "hotel")
    rooms = []
    for room in hotel.room_types:
        rates = rates_of(db, room.id, nights)
        total = stay_price(rates, nights)
        rooms.append(
            RoomOut(
                room_type_id=room.id,
                name=room.name,
                bed=room.bed,
                breakfast=bool(room.breakfast),
                free_cancel_days=room.free_cancel_days,
                hold_hours=room.hold_hours,
                available=total is not None,
                total_cents=total,
                nights=[NightOut.model_validate(rate) for rate in rates],
            )
        )
    return HotelDetailOut(
        hotel_id=hotel.id,
        name=hotel.name,
        stars=hotel.stars,
        city=hotel.city.name,
        address=hotel.address,
        programme=hotel.programme.name if hotel.programme is not None else None,
        rooms=rooms,
    )


@app.get("/trains", operation_id="search_trains", summary="Search trains between two cities")
async def search_trains(
    db: Db,
    from_city: Annotated[Words, Query(description="Name of the city of departure, e.g. Porto.")],
    to_city: Annotated[Words, Query(description="Name of the city of arrival, e.g. Lisbon.")],
    day: Annotated[Day, Query(description="Local day of departure, e.g. 2026-05-04.")],
    rail_class: Annotated[RailClass | None, Query(description="Only fares of this class.")] = None,
) -> list[TrainOut]:
    """List the direct trains from one city to another on a day, by departure, with their fares and ids.

    A fare whose cancel_fee_cents is null is not refundable; otherwise the fee is kept from a refund.
    """
    start, end = city_named(db, from_city), city_named(db, to_city)
    query = select(RailLeg).where(
        RailLeg.from_city_id == start.id,
        RailLeg.to_city_id == end.id,
        RailLeg.departs_local.startswith(day.isoformat()),
    )
    return [
        TrainOut(
            operator=leg.operator,
            train_number=leg.train_number,
            from_city=start.name,
            to_city=end.name,
            departs_local=leg.departs_local,
            arrives_local=leg.arrives_local,
            departs_utc=leg.departs_utc,
            arrives_utc=leg.arrives_utc,
            fares=[
                RailFareOut(
                    rail_fare_id=fare.id,
                    name=fare.name,
                    rail_class=fare.rail_class,
                    price_cents=fare.price_cents,
                    cancel_fee_cents=fare.cancel_fee_cents,
                    seats_left=fare.seats_left,
                )
                for fare in leg.fares
                if rail_class in (None, fare.rail_class)
            ],
        )
        for leg in db.scalars(query.order_by(RailLeg.departs_utc, RailLeg.id))
    ]


@app.get("/cars", operation_id="search_cars", summary="Search rental cars at an airport")
async def search_cars(
    db: Db,
    airport: Annotated[AirportCode, Query(description="Airport of pick-up and return, e.g. LIS.")],
    pickup_on: Annotated[Day, Query(description="Day of pick-up, local date, e.g. 2026-05-04.")],
    dropoff_on: Annotated[Day, Query(description="Day of return, at most 60 days later.")],
    category: Annotated[CarCategory | None, Query(description="Only cars of this category.")] = None,
) -> list[CarOut]:
    """List rental offers at an airport that are valid for the whole rental, cheapest first.

    A rental costs the daily rate for each day from pick-up to return, at least one day.
    """
    place = airport_of(db, airport)
    days = rental_days(pickup_on, dropoff_on)
    query = select(CarOffer).where(
        CarOffer.airport_code == place.code,
        CarOffer.valid_from <= pickup_on.isoformat(),
        CarOffer.valid_until >= dropoff_on.isoformat(),
        CarOffer.cars_left > 0,
    )
    if category is not None:
        query = query.where(CarOffer.category == category)
    return [
        CarOut(
            car_offer_id=offer.id,
            supplier=offer.supplier,
            airport=place.code,
            category=offer.category,
            days=days,
            daily_rate_cents=offer.daily_rate_cents,
            total_cents=days * offer.daily_rate_cents,
            cars_left=offer.cars_left,
        )
        for offer in db.scalars(query.order_by(CarOffer.daily_rate_cents, CarOffer.id))
    ]


def rental_days(pickup_on: date, dropoff_on: date) -> int:
    """Return how many days a rental is charged, or answer 409 if it is not one."""
    days = (dropoff_on - pickup_on).days
    if not 0 <= days <= MAX_RENTAL_DAYS:
        refuse(f"a rental ends on the day of pick-up or up to {MAX_RENTAL_DAYS} days later")
    return max(1, days)


# Trips and holds


@app.get("/trips", operation_id="list_trips", summary="List trips")
async def list_trips(
    db: Db,
    traveller_id: Annotated[int | None, filter_id("Only trips of this traveller.")] = None,
    company_id: Annotated[int | None, filter_id("Only trips of this company's travellers.")] = None,
    flight_id: Annotated[int | None, filter_id("Only trips with a held or booked seat on it.")] = None,
    group_id: Annotated[int | None, filter_id("Only trips of this group.")] = None,
    status: Annotated[TripStatus | None, Query(description="Only trips in this state.")] = None,
    approval_status: Annotated[
        ApprovalState | None, Query(description="Only trips whose approval is in this state.")
    ] = None,
    from_day: Annotated[
        Day | None, Query(description="Only trips with a held, booked or used segment from this day on.")
    ] = None,
    to_day: Annotated[
        Day | None, Query(description="Only trips with a held, booked or used segment by this day.")
    ] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[TripOut]:
    """List trips by reference, with the days they span and how many segments are held and booked.

    With from_day and to_day a trip is listed if one of its segments starts within these days. Its segments,
    prices, tickets, approvals and charges are in its details.
    """
    query = select(Trip).join(Traveller).order_by(Trip.id)
    if traveller_id is not None:
        query = query.where(Trip.traveller_id == traveller_id)
    if company_id is not None:
        query = query.where(Traveller.company_id == company_id)
    if group_id is not None:
        query = query.where(Trip.group_id == group_id)
    if status is not None:
        query = query.where(Trip.status == status)
    if approval_status is not None:
        query = query.where(Trip.approval_status == approval_status)
    if flight_id is not None:
        on_flight = Segment.fare.has(FlightFare.flight_id == flight_id) & Segment.status.in_(LIVE)
        query = query.where(Trip.segments.any(on_flight))
    if from_day is not None or to_day is not None:
        in_time = Segment.status.in_(("held", "booked", "used"))
        if from_day is not None:
            in_time &= Segment.starts_on >= from_day.isoformat()
        if to_day is not None:
            in_time &= Segment.starts_on <= to_day.isoformat()
        query = query.where(Trip.segments.any(in_time))
    total, rows = slice_of(db, query, limit, offset)
    return Page(total=total, items=[TripOut(**trip_fields(row)) for row in rows])


@app.get("/trips/{trip_id}", operation_id="get_trip", summary="Show a trip with everything on it")
async def get_trip(db: Db, trip_id: Annotated[int, path_id("trip")]) -> TripDetailOut:
    """Return a trip with its segments, holds, tickets, seats, approvals, charges and what is not invoiced."""
    return trip_detail(fetch(db, Trip, trip_id, "trip"))


@app.post("/trips", operation_id="create_trip", summary="Open a trip", status_code=201)
async def create_trip(db: Db, new: TripIn) -> TripDetailOut:
    """Open an empty trip for a traveller, to which segments are then held and booked.

    A trip of a group needs a group of the traveller's company in which the traveller is a confirmed member.
    """
    traveller = fetch(db, Traveller, new.traveller_id, "traveller")
    if not traveller.is_active:
        refuse(f"{traveller.full_name} is no longer a traveller of {traveller.company.name}")
    if new.group_id is not None:
        group = fetch(db, Group, new.group_id, "group")
        member = db.get(GroupMember, (group.id, traveller.id))
        if member is None or member.status != "confirmed":
            refuse(f"{traveller.full_name} is not a confirmed member of group {group.code}")
    trip_id = next_id(db, Trip)
    trip = Trip(
        id=trip_id,
        reference=f"LK-{2000 + trip_id}",
        traveller_id=traveller.id,
        group_id=new.group_id,
        purpose=new.purpose,
        status="open",
        approval_status="none",
        created_by=CONSULTANT_ID,
        created_at=text_of(now()),
    )
    db.add(trip)
    db.flush()
    log(db, "create", "trip", trip.id)
    db.commit()
    return trip_detail(trip)


@app.post(
    "/trips/{trip_id}/flights", operation_id="hold_flight", summary="Hold a flight seat", status_code=201
)
async def hold_flight(db: Db, trip_id: Annotated[int, path_id("trip")], wanted: HoldFlightIn) -> HoldOut:
    """Hold a seat of a fare on an open trip; it leaves the inventory and costs nothing until it is booked.

    The hold lasts as long as the fare rule says, at most until two hours before departure. Refused if the
    fare is sold out or past its last day of sale, if the traveller is on another flight or train then,
    or if a change of planes within the trip is shorter than the airport's minimum connecting time.
    """
    trip = fetch(db, Trip, trip_id, "trip")
    fare = fetch(db, FlightFare, wanted.flight_fare_id, "flight fare")
    flight = fare.flight
    require_open(trip)
    require_sellable(fare)
    require_free_time(db, trip.traveller_id, flight.departs_utc, flight.arrives_utc)
    require_connections(trip, flight)
    fare.seats_left -= 1
    segment = Segment(
        trip=trip,
        kind="flight",
        fare=fare,
        starts_on=flight.departs_local[:10],
        ends_on=flight.arrives_local[:10],
        starts_utc=flight.departs_utc,
        ends_utc=flight.arrives_utc,
        price_cents=fare.total_cents,
        status="held",
    )
    closing = moment(flight.departs_utc) - TICKETING_CLOSES
    place_hold(db, segment, min(now() + timedelta(hours=fare.rule.hold_hours), closing))
    return hold_out(require_held(segment))


@app.post("/trips/{trip_id}/hotels", operation_id="hold_hotel", summary="Hold a hotel room", status_code=201)
async def hold_hotel(db: Db, trip_id: Annotated[int, path_id("trip")], wanted: HoldHotelIn) -> HoldOut:
    """Hold a room for every night of a stay on an open trip, from the hotel's inventory or a group's block.

    Refused if a night is sold out, if the stay begins in the past, or if the traveller has another room for
    one of the nights. A room of a block goes to a confirmed member on a trip of the group, within the group's
    days, until the block's release day, and costs the block's rate.
    """
    trip = fetch(db, Trip, trip_id, "trip")
    room = fetch(db, RoomType, wanted.room_type_id, "room type")
    require_open(trip)
    nights = require_nights(wanted.check_in, wanted.check_out)
    if wanted.check_in < today():
        refuse(f"the stay begins on {wanted.check_in}, which is past")
    overlapping = (
        select(Segment)
        .join(Trip)
        .where(
            Trip.traveller_id == trip.traveller_id,
            Segment.kind == "hotel",
            Segment.status.in_(LIVE),
            Segment.starts_on < wanted.check_out.isoformat(),
            Segment.ends_on > wanted.check_in.isoformat(),
        )
        .order_by(Segment.id)
    )
    other = db.scalars(overlapping).first()
    if other is not None:
        refuse(f"the traveller has a room on these nights already (segment {other.id})")
    group = fetch(db, Group, wanted.group_id, "group") if wanted.group_id is not None else None
    if group is not None:
        require_block(db, trip, group, wanted)
        price = group.block_rate_cents * len(nights)
    else:
        rates = rates_of(db, room.id, nights)
        total = stay_price(rates, nights)
        if total is None:
            free = {rate.night for rate in rates if rate.rooms_left}
            missing = ", ".join(night for night in nights if night not in free)
            refuse(f"{room.name} at {room.hotel.name} cannot be had on {missing}")
        price = total
        for rate in rates:
            rate.rooms_left -= 1
    segment = Segment(
        trip=trip,
        kind="hotel",
        room_type=room,
        group=group,
        starts_on=wanted.check_in.isoformat(),
        ends_on=wanted.check_out.isoformat(),
        price_cents=price,
        status="held",
    )
    place_hold(db, segment, now() + timedelta(hours=room.hold_hours))
    return hold_out(require_held(segment))


@app.post("/trips/{trip_id}/trains", operation_id="hold_train", summary="Hold a train seat", status_code=201)
async def hold_train(db: Db, trip_id: Annotated[int, path_id("trip")], wanted: HoldTrainIn) -> HoldOut:
    """Hold a seat of a train fare on an open trip for twelve hours, at most until departure.

    Refused if the fare is sold out, the train has left, or the traveller is on another flight or train then.
    """
    trip = fetch(db, Trip, trip_id, "trip")
    fare = fetch(db, RailFare, wanted.rail_fare_id, "rail fare")
    leg = fare.leg
    require_open(trip)
    if leg.departs_utc <= text_of(now()):
        refuse(f"train {leg.train_number} left at {leg.departs_utc}")
    if fare.seats_left < 1:
        refuse(f"{fare.name} on train {leg.train_number} is sold out")
    require_free_time(db, trip.traveller_id, leg.departs_utc, leg.arrives_utc)
    fare.seats_left -= 1
    segment = Segment(
        trip=trip,
        kind="train",
        rail_fare=fare,
        starts_on=leg.departs_local[:10],
        ends_on=leg.arrives_local[:10],
        starts_utc=leg.departs_utc,
        ends_utc=leg.arrives_utc,
        price_cents=fare.price_cents,
        status="held",
    )
    place_hold(db, segment, min(now() + TRAIN_HOLD, moment(leg.departs_utc)))
    return hold_out(require_held(segment))


@app.post("/trips/{trip_id}/cars", operation_id="hold_car", summary="Hold a rental car", status_code=201)
async def hold_car(db: Db, trip_id: Annotated[int, path_id("trip")], wanted: HoldCarIn) -> HoldOut:
    """Hold a car of a rental offer on an open trip for 24 hours; it returns to the airport of pick-up.

    Refused if no car is left, if the rental begins in the past, or if the offer does not cover all days.
    """
    trip = fetch(db, Trip, trip_id, "trip")
    offer = fetch(db, CarOffer, wanted.car_offer_id, "car offer")
    require_open(trip)
    days = rental_days(wanted.pickup_on, wanted.dropoff_on)
    first, last = wanted.pickup_on.isoformat(), wanted.dropoff_on.isoformat()
    if wanted.pickup_on < today():
        refuse(f"the rental begins on {first}, which is past")
    if first < offer.valid_from or last > offer.valid_until:
        refuse(f"the offer is valid from {offer.valid_from} to {offer.valid_until}")
    if offer.cars_left < 1:
        refuse("no car of this offer is left")
    offer.cars_left -= 1
    segment = Segment(
        trip=trip,
        kind="car",
        car_offer=offer,
        starts_on=first,
        ends_on=last,
        price_cents=days * offer.daily_rate_cents,
        status="held",
    )
    place_hold(db, segment, now() + CAR_HOLD)
    return hold_out(require_held(segment))


@app.get("/holds", operation_id="list_holds", summary="List holds")
async def list_holds(
    db: Db,
    status: Annotated[HoldStatus | None, Query(description="Only holds in this state.")] = "active",
    expires_by: Annotated[
        Day | None, Query(description="Only holds that run out by the end of this day (UTC).")
    ] = None,
    company_id: Annotated[int | None, filter_id("Only holds for this company's travellers.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[HoldOut]:
    """List holds, those that run out first coming first; by default those that are active.

    A hold that has run out stays active until it is released, but it can no longer be booked.
    """
    query = select(Hold).join(Segment).join(Trip).join(Traveller).order_by(Hold.expires_at, Hold.id)
    if status is not None:
        query = query.where(Hold.status == status)
    if expires_by is not None:
        query = query.where(Hold.expires_at < (expires_by + timedelta(days=1)).isoformat())
    if company_id is not None:
        query = query.where(Traveller.company_id == company_id)
    total, rows = slice_of(db, query, limit, offset)
    return Page(total=total, items=[hold_out(row) for row in rows])


@app.post("/segments/{segment_id}/release", operation_id="release_hold", summary="Release a held segment")
async def release_hold(db: Db, segment_id: Annotated[int, path_id("held segment")]) -> HoldOut:
    """Give back what a held segment keeps; it returns to the inventory and nothing is charged.

    A booked segment is cancelled instead.
    """
    segment = fetch(db, Segment, segment_id, "segment")
    hold = require_held(segment)
    return_inventory(db, segment)
    segment.status = "released"
    hold.status = "released"
    log(db, "release", segment.kind, segment.id)
    db.commit()
    return hold_out(hold)


# Bookings, seats, changes, cancellations


@app.post(
    "/trips/{trip_id}/bookings", operation_id="book_segments", summary="Book held segments", status_code=201
)
async def book_segments(db: Db, trip_id: Annotated[int, path_id("trip")], order: BookIn) -> BookingOut:
    """Book held segments of a trip in one booking: charges the company and issues tickets for the flights.

    Each booking also costs the company's booking fee, once. Refused if a hold has run out, if the trip's
    approval is pending or declined, or if a flight abroad meets no valid passport. A credit is spent on
    flights of its airline that depart by its last day; what is left of it stays open. Whether the trip keeps
    to the company's policy, and needs approval for it, is for the consultant to check first.
    """
    trip = fetch(db, Trip, trip_id, "trip")
    require_open(trip)
    if trip.approval_status in ("pending", "declined"):
        refuse(f"the approval of trip {trip.reference} is {trip.approval_status}")
    wanted = list(dict.fromkeys(order.segment_ids))
    segments = [segment for segment in trip.segments if segment.id in wanted]
    if len(segments) != len(wanted):
        refuse(f"trip {trip.reference} has not all of these segments")
    holds = [require_held(segment) for segment in segments]
    for hold in holds:
        if has_run_out(hold):
            refuse(f"the hold of segment {hold.segment_id} ran out at {hold.expires_at}")
    for segment in segments:
        require_passport(segment)
    credit = spend_credit(db, order.credit_id, trip, segments) if order.credit_id is not None else 0
    fee, price = trip.traveller.company.booking_fee_cents, sum(segment.price_cents for segment in segments)
    booking_id = next_id(db, Booking)
    booking = Booking(
        id=booking_id,
        locator=locator_of(booking_id),
        trip_id=trip.id,
        total_cents=price + fee - credit,
        created_by=CONSULTANT_ID,
        created_at=text_of(now()),
    )
    db.add(booking)
    db.flush()
    for segment, hold in zip(segments, holds, strict=True):
        segment.booking, segment.status, hold.status = booking, "booked", "booked"
        add_charge(db, trip.id, segment.id, segment.kind, segment.price_cents)
        if segment.fare is not None:
            fare = segment.fare
            issue_ticket(db, segment, fare.flight.airline, fare.fare_cents, fare.taxes_cents)
    add_charge(db, trip.id, None, "service_fee", fee)
    add_charge(db, trip.id, None, "credit_used", -credit)
    log(db, "book", "booking", booking.id)
    db.commit()
    for segment in segments:
        db.refresh(segment, ["tickets"])
    return BookingOut(
        booking_id=booking.id,
        locator=booking.locator,
        trip_id=trip.id,
        segments_cents=price,
        service_fee_cents=fee,
        credit_used_cents=credit,
        total_cents=booking.total_cents,
        segments=[segment_out(segment) for segment in segments],
    )


@app.put("/segments/{segment_id}/seat", operation_id="assign_seat", summary="Assign a seat on a flight")
async def assign_seat(
    db: Db, segment_id: Annotated[int, path_id("booked flight segment")], wanted: SeatIn
) -> SegmentOut:
    """Assign a free seat of the booked cabin to a booked flight; it replaces the seat assigned before.

    A seat with a fee is charged to the company at once, and the fee of an earlier seat is not given back.
    """
    segment = fetch(db, Segment, segment_id, "segment")
    seat = fetch(db, Seat, wanted.seat_id, "seat")
    require_booked(segment)
    if segment.fare is None or seat.flight_id != segment.fare.flight_id:
        refuse(f"seat {seat_name(seat)} is not on the flight of segment {segment.id}")
    if seat.cabin != segment.fare.cabin:
        refuse(f"seat {seat_name(seat)} is in {seat.cabin}, the segment in {segment.fare.cabin}")
    if segment.seat_id == seat.id:
        refuse(f"seat {seat_name(seat)} is assigned already")
    holder = db.scalar(select(Segment.id).where(Segment.seat_id == seat.id))
    if seat.state != "open" or holder is not None:
        refuse(f"seat {seat_name(seat)} is not free")
    if moment(segment.fare.flight.departs_utc) - CHECK_IN_CLOSES <= now():
        refuse(f"check-in for {segment.fare.flight.flight_number} is closed")
    segment.seat = seat
    add_charge(db, segment.trip_id, segment.id, "seat", seat.fee_cents)
    log(db, "assign_seat", "flight", segment.id)
    db.commit()
    return segment_out(segment)


@app.post(
    "/segments/{segment_id}/change-quote", operation_id="quote_change", summary="Price a change of flight"
)
async def quote_change(
    db: Db, segment_id: Annotated[int, path_id("booked flight segment")], change: ChangeIn
) -> ChangeQuoteOut:
    """Return what an exchange to another fare or flight would cost; changes nothing.

    The rules are those of the change itself, and what it would refuse is refused here with the same words.
    """
    return quote_of_change(db, fetch(db, Segment, segment_id, "segment"), change)[0]


@app.post("/segments/{segment_id}/change", operation_id="change_flight", summary="Exchange a flight ticket")
async def change_flight(
    db: Db, segment_id: Annotated[int, path_id("booked flight segment")], change: ChangeIn
) -> ChangedOut:
    """Exchange a booked flight for another of the same airline and route, at once and finally.

    Costs the change fee of the present fare plus the difference to a dearer fare; a cheaper fare gives
    nothing back. Under the waiver of an open disruption (a cancellation, or a delay of three hours or more)
    it is free of charge in the same cabin, on the same day or up to the waiver's number of days later. The
    old seat is given up: assign one on the new flight. Limits on time and connections are those of a hold.
    """
    segment = fetch(db, Segment, segment_id, "segment")
    quote, new = quote_of_change(db, segment, change)
    ticket = open_ticket(db, segment)
    return_inventory(db, segment)
    new.seats_left -= 1
    ticket.status = "exchanged"
    segment.fare, segment.seat = new, None
    segment.starts_on, segment.ends_on = new.flight.departs_local[:10], new.flight.arrives_local[:10]
    segment.starts_utc, segment.ends_utc = new.flight.departs_utc, new.flight.arrives_utc
    if quote.under_waiver:
        issue_ticket(db, segment, new.flight.airline, ticket.fare_cents, ticket.taxes_cents)
    else:
        segment.price_cents = new.total_cents
        issue_ticket(db, segment, new.flight.airline, new.fare_cents, new.taxes_cents)
    add_charge(db, segment.trip_id, segment.id, "change_fee", quote.change_fee_cents)
    add_charge(db, segment.trip_id, segment.id, "fare_difference", quote.fare_difference_cents)
    log(db, "rebook" if quote.under_waiver else "change", "flight", segment.id)
    db.commit()
    db.refresh(segment, ["tickets"])
    return ChangedOut(**quote.model_dump(), segment=segment_out(segment))


@app.get(
    "/segments/{segment_id}/cancel-quote", operation_id="quote_cancellation", summary="Price a cancellation"
)
async def quote_cancellation(db: Db, segment_id: Annotated[int, path_id("booked segment")]) -> CancelQuoteOut:
    """Return the ways in which a booked segment can be cancelled now, and what each brings; changes nothing.

    Flights: void is free within 24 hours of issue; refund and credit where the fare rule allows them; forfeit
    gives the taxes back. From an hour before departure a flight counts as a no-show. Hotels, trains and cars
    are refunded as their conditions say, or forfeited.
    """
    segment = fetch(db, Segment, segment_id, "segment")
    return CancelQuoteOut(
        segment_id=segment.id,
        what=describe(segment),
        paid_cents=segment.price_cents,
        options=cancel_options(db, segment),
    )


@app.post("/segments/{segment_id}/cancel", operation_id="cancel_segment", summary="Cancel a booked segment")
async def cancel_segment(
    db: Db, segment_id: Annotated[int, path_id("booked segment")], how: CancelIn
) -> CancelledOut:
    """Cancel a booked segment for good, settled by one of the options of its cancellation quote.

    A refund is a negative charge to the company; a credit becomes an unused-ticket credit of the traveller,
    valid for 365 days from the ticket's issue. The booking fee is never given back.
    """
    segment = fetch(db, Segment, segment_id, "segment")
    options = {choice.settlement: choice for choice in cancel_options(db, segment)}
    chosen = options.get(how.settlement)
    if chosen is None:
        refuse(f"segment {segment.id} can be settled only by {' or '.join(options)}")
    late = segment.fare is not None and moment(segment.fare.flight.departs_utc) - CHECK_IN_CLOSES <= now()
    no_show = late and chosen.settlement == "forfeit"
    credit = settle_ticket(db, segment, chosen) if segment.fare is not None else None
    if not no_show:
        return_inventory(db, segment)
    segment.status = "no_show" if no_show else "cancelled"
    segment.seat = None
    add_charge(db, segment.trip_id, segment.id, "refund", -chosen.refund_cents)
    add_charge(db, segment.trip_id, segment.id, "no_show_fee", chosen.no_show_fee_cents)
    log(db, "cancel", segment.kind, segment.id)
    db.commit()
    return CancelledOut(
        segment_id=segment.id,
        settlement=chosen.settlement,
        refund_cents=chosen.refund_cents,
        credit_cents=chosen.credit_cents,
        credit_id=credit.id if credit is not None else None,
        no_show_fee_cents=chosen.no_show_fee_cents,
    )


@app.get("/ticket-credits", operation_id="list_ticket_credits", summary="List unused-ticket credits")
async def list_ticket_credits(
    db: Db,
    traveller_id: Annotated[int | None, filter_id("Only credits of this traveller.")] = None,
    company_id: Annotated[int | None, filter_id("Only credits of this company's travellers.")] = None,
    status: Annotated[CreditStatus | None, Query(description="Only credits in this state.")] = "open",
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[CreditOut]:
    """List credits from unused tickets, those that expire first coming first; by default the open ones.

    A credit pays for flights of its airline, for its traveller only, that depart by `expires_on`.
    """
    query = select(TicketCredit).join(Traveller).order_by(TicketCredit.expires_on, TicketCredit.id)
    if traveller_id is not None:
        query = query.where(TicketCredit.traveller_id == traveller_id)
    if company_id is not None:
        query = query.where(Traveller.company_id == company_id)
    if status is not None:
        query = query.where(TicketCredit.status == status)
    total, rows = slice_of(db, query, limit, offset)
    items = [
        CreditOut(
            id=row.id,
            traveller_id=row.traveller_id,
            traveller=row.traveller.full_name,
            airline=row.airline.name,
            airline_code=row.airline.code,
            amount_cents=row.amount_cents,
            remaining_cents=row.remaining_cents,
            expires_on=row.expires_on,
            status=row.status,
        )
        for row in rows
    ]
    return Page(total=total, items=items)


@app.get("/disruptions", operation_id="list_disruptions", summary="List delays and cancellations of flights")
async def list_disruptions(
    db: Db,
    status: Annotated[DisruptionStatus | None, Query(description="Only disruptions in this state.")] = "open",
    flight_number: Annotated[Words | None, Query(description="Part of the flight number, e.g. 512.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[DisruptionOut]:
    """List disrupted flights with the airline's waiver, newest first; by default those still open.

    Find the passengers by listing the trips of the flight.
    """
    query = select(Disruption).join(Flight).order_by(Disruption.announced_at.desc(), Disruption.id)
    if status is not None:
        query = query.where(Disruption.status == status)
    if flight_number is not None:
        query = query.where(Flight.flight_number.icontains(flight_number, autoescape=True))
    total, rows = slice_of(db, query, limit, offset)
    return Page(total=total, items=[disruption_out(row) for row in rows])


def disruption_out(row: Disruption) -> DisruptionOut:
    """Show a disruption, and say what its waiver allows."""
    waived = row.delay_minutes is None or row.delay_minutes >= WAIVER_DELAY_MINUTES
    return DisruptionOut(
        id=row.id,
        kind=row.kind,
        flight_id=row.flight_id,
        flight_number=row.flight.flight_number,
        origin=row.flight.origin,
        destination=row.flight.destination,
        departs_local=row.flight.departs_local,
        delay_minutes=row.delay_minutes,
        cause=row.cause,
        waiver=(
            f"free rebooking on {row.flight.airline.name}, same route and cabin, on the same day or up to "
            f"{row.rebook_days} days later"
            if waived
            else f"none: only delays of {WAIVER_DELAY_MINUTES} minutes or more are waived"
        ),
        announced_at=row.announced_at,
        status=row.status,
    )


# Approvals and messages


@app.post(
    "/trips/{trip_id}/approvals", operation_id="request_approval", summary="Ask for approval", status_code=201
)
async def request_approval(
    db: Db, trip_id: Annotated[int, path_id("trip")], question: ApprovalIn
) -> ApprovalOut:
    """Ask a director or executive of the traveller's company to approve a trip that exceeds its policy.

    The trip must have something on hold. It cannot be booked until the answer is recorded; its holds go on
    running. The approver is informed by the application. One question at a time.
    """
    trip = fetch(db, Trip, trip_id, "trip")
    approver = fetch(db, Traveller, question.approver_id, "traveller")
    require_open(trip)
    if trip.approval_status == "pending":
        refuse(f"an approval of trip {trip.reference} is pending already")
    if not any(segment.status == "held" for segment in trip.segments):
        refuse(f"trip {trip.reference} has nothing on hold")
    if approver.company_id != trip.traveller.company_id or approver.grade not in ("director", "executive"):
        refuse(f"{approver.full_name} is no director or executive of {trip.traveller.company.name}")
    if approver.id == trip.traveller_id:
        refuse("nobody approves a trip of their own")
    approval = Approval(
        trip_id=trip.id,
        approver_id=approver.id,
        reason=question.reason,
        status="pending",
        requested_by=CONSULTANT_ID,
        requested_at=text_of(now()),
    )
    db.add(approval)
    trip.approval_status = "pending"
    db.flush()
    log(db, "request", "approval", approval.id)
    db.commit()
    return ApprovalOut.model_validate(approval)


@app.post(
    "/approvals/{approval_id}/decision",
    operation_id="record_approval_decision",
    summary="Record an approver's answer",
)
async def record_approval_decision(
    db: Db, approval_id: Annotated[int, path_id("approval")], answer: DecisionIn
) -> ApprovalOut:
    """Record the answer to a pending approval, on the evidence of a message about that trip.

    The message must be an unhandled one that came in about this trip; it is marked as handled. The trip takes
    over the decision: it can be booked if approved and not if declined. Whether the sender may decide, and
    what their words mean, is for the consultant to judge by the procedure.
    """
    approval = fetch(db, Approval, approval_id, "approval")
    message = fetch(db, Message, answer.message_id, "message")
    if approval.status != "pending":
        refuse(f"approval {approval.id} is {approval.status} already")
    if message.direction != "inbound" or message.handled or message.trip_id != approval.trip_id:
        refuse(
            f"message {message.id} is not an unhandled inbound message about trip {approval.trip.reference}"
        )
    approval.status = answer.decision
    approval.message_id = message.id
    approval.decided_at = text_of(now())
    approval.trip.approval_status = answer.decision
    message.handled = 1
    log(db, "decide", "approval", approval.id)
    db.commit()
    return ApprovalOut.model_validate(approval)


@app.get("/messages", operation_id="list_messages", summary="List messages")
async def list_messages(
    db: Db,
    handled: Annotated[bool | None, Query(description="Only handled or only unhandled messages.")] = None,
    topic: Annotated[Topic | None, Query(description="Only messages on this topic.")] = None,
    direction: Annotated[Direction | None, Query(description="Only received or only sent messages.")] = None,
    traveller_id: Annotated[int | None, filter_id("Only messages from or to this person.")] = None,
    company_id: Annotated[int | None, filter_id("Only messages from or to this company's people.")] = None,
    trip_id: Annotated[int | None, filter_id("Only messages about this trip.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[MessageOut]:
    """List messages from and to people at client companies, newest first."""
    query = select(Message).join(Traveller).order_by(Message.created_at.desc(), Message.id.desc())
    if handled is not None:
        query = query.where(Message.handled == int(handled))
    if topic is not None:
        query = query.where(Message.topic == topic)
    if direction is not None:
        query = query.where(Message.direction == direction)
    if traveller_id is not None:
        query = query.where(Message.traveller_id == traveller_id)
    if company_id is not None:
        query = query.where(Traveller.company_id == company_id)
    if trip_id is not None:
        query = query.where(Message.trip_id == trip_id)
    total, rows = slice_of(db, query, limit, offset)
    return Page(total=total, items=[message_out(row) for row in rows])


@app.post("/messages", operation_id="send_message", summary="Write to a traveller", status_code=201)
async def send_message(db: Db, letter: MessageIn) -> MessageOut:
    """Send a message to a traveller or approver; it cannot be taken back.

    With reply_to the answered message, which must be one received from the same person, is marked as handled.
    """
    person = fetch(db, Traveller, letter.traveller_id, "traveller")
    if letter.trip_id is not None:
        trip = fetch(db, Trip, letter.trip_id, "trip")
        if trip.traveller.company_id != person.company_id:
            refuse(f"trip {trip.reference} is not one of {person.company.name}")
    if letter.reply_to is not None:
        answered = fetch(db, Message, letter.reply_to, "message")
        if answered.direction != "inbound" or answered.traveller_id != person.id:
            refuse(f"message {answered.id} was not received from {person.full_name}")
        answered.handled = 1
    message = Message(
        traveller_id=person.id,
        trip_id=letter.trip_id,
        direction="outbound",
        topic=letter.topic,
        body=letter.body,
        reply_to=letter.reply_to,
        handled=1,
        created_at=text_of(now()),
    )
    db.add(message)
    db.flush()
    log(db, "send", "message", message.id)
    db.commit()
    return message_out(message)


# Invoices and groups


@app.get("/invoices", operation_id="list_invoices", summary="List invoices")
async def list_invoices(
    db: Db,
    company: Annotated[Words | None, Query(description="Part of the company's name, any case.")] = None,
    status: Annotated[InvoiceStatus | None, Query(description="Only invoices in this state.")] = None,
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[InvoiceOut]:
    """List invoices, newest first, with company, due day and total but without their charges."""
    query = select(Invoice).join(Company).order_by(Invoice.issued_on.desc(), Invoice.id.desc())
    if company is not None:
        query = query.where(Company.name.icontains(company, autoescape=True))
    if status is not None:
        query = query.where(Invoice.status == status)
    total, rows = slice_of(db, query, limit, offset)
    return Page(total=total, items=[InvoiceOut(**invoice_fields(row)) for row in rows])


@app.get("/invoices/{invoice_id}", operation_id="get_invoice", summary="Show an invoice with its charges")
async def get_invoice(db: Db, invoice_id: Annotated[int, path_id("invoice")]) -> InvoiceDetailOut:
    """Return an invoice with every charge on it and the trip that the charge belongs to."""
    return invoice_detail(fetch(db, Invoice, invoice_id, "invoice"))


@app.post("/invoices", operation_id="issue_invoice", summary="Issue an invoice", status_code=201)
async def issue_invoice(db: Db, order: InvoiceIn) -> InvoiceDetailOut:
    """Issue one invoice to a company for all charges of the given trips that are on no invoice yet.

    It goes out at once and is due after the company's payment days. Refused if a trip is another company's or
    has no open charges. Which trips are ready to be invoiced, the invoicing procedure says.
    """
    company = fetch(db, Company, order.company_id, "company")
    charges: list[Charge] = []
    for trip_id in dict.fromkeys(order.trip_ids):
        trip = fetch(db, Trip, trip_id, "trip")
        if trip.traveller.company_id != company.id:
            refuse(f"trip {trip.reference} is not one of {company.name}")
        pending = [charge for charge in trip.charges if charge.invoice_id is None]
        if not pending:
            refuse(f"trip {trip.reference} has no charges that are not invoiced")
        charges += pending
    invoice_id = next_id(db, Invoice)
    invoice = Invoice(
        id=invoice_id,
        number=f"LCT-2026-{invoice_id:04}",
        company_id=company.id,
        issued_on=today().isoformat(),
        due_on=(today() + timedelta(days=company.payment_days)).isoformat(),
        total_cents=sum(charge.amount_cents for charge in charges),
        status="open",
    )
    db.add(invoice)
    db.flush()
    for charge in charges:
        charge.invoice = invoice
    log(db, "issue", "invoice", invoice.id)
    db.commit()
    return invoice_detail(invoice)


def invoice_detail(invoice: Invoice) -> InvoiceDetailOut:
    """Show an invoice in full."""
    charges = [ChargeOut.model_validate(charge) for charge in invoice.charges]
    return InvoiceDetailOut(**invoice_fields(invoice), charges=charges)


@app.get("/groups/{group_id}", operation_id="get_group", summary="Show a group and its room block")
async def get_group(db: Db, group_id: Annotated[int, path_id("group")]) -> GroupDetailOut:
    """Return a group with its room block, the rooms still free in it, and its members."""
    return group_detail(db, fetch(db, Group, group_id, "group"))


@app.put(
    "/groups/{group_id}/members/{traveller_id}",
    operation_id="set_group_member",
    summary="Invite, confirm or withdraw a member",
)
async def set_group_member(
    db: Db,
    group_id: Annotated[int, path_id("group")],
    traveller_id: Annotated[int, path_id("traveller, of the group's company")],
    member: MemberIn,
) -> GroupDetailOut:
    """Set a traveller's part in a group; somebody new is added to it.

    No more members can be confirmed than the block has rooms. Nobody can be withdrawn who still has a room of
    the block: cancel or release it first. Answers 409 if the traveller has this part already.
    """
    group = fetch(db, Group, group_id, "group")
    traveller = fetch(db, Traveller, traveller_id, "traveller")
    if group.status != "open":
        refuse(f"group {group.code} is {group.status}")
    if traveller.company_id != group.company_id or not traveller.is_active:
        refuse(f"{traveller.full_name} is not an active traveller of the group's company")
    present = db.get(GroupMember, (group.id, traveller.id))
    if present is not None and present.status == member.status:
        refuse(f"{traveller.full_name} is {member.status} already")
    confirmed = sum(row.status == "confirmed" for row in group.members)
    if member.status == "confirmed" and confirmed >= group.rooms_blocked:
        refuse(f"all {group.rooms_blocked} places of group {group.code} are confirmed")
    has_room = (
        select(Segment.id)
        .join(Trip)
        .where(Segment.group_id == group.id, Segment.status.in_(LIVE), Trip.traveller_id == traveller.id)
    )
    if member.status != "confirmed" and db.scalars(has_room).first() is not None:
        refuse(f"{traveller.full_name} still has a room of the block")
    if present is None:
        db.add(GroupMember(group_id=group.id, traveller_id=traveller.id, status=member.status))
    else:
        present.status = member.status
    log(db, "set_member", "group", group.id)
    db.commit()
    return group_detail(db, group)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=int(os.getenv("PORT", "8000")))
