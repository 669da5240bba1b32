-- table: countries
CREATE TABLE countries (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    free_movement INTEGER NOT NULL,
    passport_months INTEGER NOT NULL,
    PRIMARY KEY (code),
    CHECK (free_movement IN (0, 1)),
    CHECK (passport_months >= 0),
    UNIQUE (name)
);

-- table: cities
CREATE TABLE cities (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    country_code TEXT NOT NULL,
    UNIQUE (name),
    FOREIGN KEY (country_code) REFERENCES countries (code)
);

-- table: airports
CREATE TABLE airports (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    city_id INTEGER NOT NULL,
    time_zone TEXT NOT NULL,
    min_connection_minutes INTEGER NOT NULL,
    PRIMARY KEY (code),
    CHECK (min_connection_minutes >= 0),
    CHECK (length(code) = 3),
    FOREIGN KEY (city_id) REFERENCES cities (id)
);

-- table: users
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    full_name TEXT NOT NULL,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    CHECK (role IN ('consultant', 'senior_consultant', 'manager', 'accounts')),
    UNIQUE (email)
);

-- table: companies
CREATE TABLE companies (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    billing_email TEXT NOT NULL,
    payment_days INTEGER NOT NULL,
    booking_fee_cents INTEGER NOT NULL,
    CHECK (payment_days >= 0 AND booking_fee_cents >= 0),
    UNIQUE (code),
    UNIQUE (name)
);

-- table: travel_policies
CREATE TABLE travel_policies (
    company_id INTEGER NOT NULL,
    long_haul_minutes INTEGER NOT NULL,
    short_haul_cabin TEXT NOT NULL,
    long_haul_cabin TEXT NOT NULL,
    advance_days INTEGER NOT NULL,
    hotel_cap_cents INTEGER NOT NULL,
    approval_over_cents INTEGER NOT NULL,
    rail_class TEXT NOT NULL,
    car_category TEXT NOT NULL,
    PRIMARY KEY (company_id),
    CHECK (short_haul_cabin IN ('economy', 'premium', 'business')),
    CHECK (long_haul_cabin IN ('economy', 'premium', 'business')),
    CHECK (rail_class IN ('second', 'first')),
    CHECK (car_category IN ('compact', 'midsize', 'estate', 'premium')),
    CHECK (long_haul_minutes >= 0 AND advance_days >= 0 AND hotel_cap_cents >= 0 AND approval_over_cents >= 0),
    FOREIGN KEY (company_id) REFERENCES companies (id)
);

-- table: hotel_caps
CREATE TABLE hotel_caps (
    company_id INTEGER NOT NULL,
    city_id INTEGER NOT NULL,
    cap_cents INTEGER NOT NULL,
    PRIMARY KEY (company_id, city_id),
    CHECK (cap_cents >= 0),
    FOREIGN KEY (company_id) REFERENCES companies (id),
    FOREIGN KEY (city_id) REFERENCES cities (id)
);

-- table: policy_documents
CREATE TABLE policy_documents (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    version INTEGER NOT NULL,
    company_id INTEGER,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    effective_from TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (code, version),
    CHECK (status IN ('in_force', 'superseded')),
    FOREIGN KEY (company_id) REFERENCES companies (id)
);

-- table: travellers
CREATE TABLE travellers (
    id INTEGER PRIMARY KEY,
    company_id INTEGER NOT NULL,
    full_name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT NOT NULL,
    date_of_birth TEXT NOT NULL,
    grade TEXT NOT NULL,
    cost_centre TEXT NOT NULL,
    approver_id INTEGER,
    is_active INTEGER NOT NULL,
    CHECK (grade IN ('staff', 'manager', 'director', 'executive')),
    CHECK (is_active IN (0, 1)),
    FOREIGN KEY (company_id) REFERENCES companies (id),
    UNIQUE (email),
    FOREIGN KEY (approver_id) REFERENCES travellers (id)
);
CREATE INDEX ix_travellers_company ON travellers (company_id);

-- table: passports
CREATE TABLE passports (
    id INTEGER PRIMARY KEY,
    traveller_id INTEGER NOT NULL,
    country_code TEXT NOT NULL,
    number TEXT NOT NULL,
    issued_on TEXT NOT NULL,
    expires_on TEXT NOT NULL,
    CHECK (issued_on < expires_on),
    FOREIGN KEY (traveller_id) REFERENCES travellers (id),
    FOREIGN KEY (country_code) REFERENCES countries (code),
    UNIQUE (number)
);
CREATE INDEX ix_passports_traveller ON passports (traveller_id);

-- table: loyalty_programmes
CREATE TABLE loyalty_programmes (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    provider TEXT NOT NULL,
    CHECK (provider IN ('airline', 'hotel')),
    UNIQUE (name)
);

-- table: loyalty_memberships
CREATE TABLE loyalty_memberships (
    id INTEGER PRIMARY KEY,
    traveller_id INTEGER NOT NULL,
    programme_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    tier TEXT NOT NULL,
    UNIQUE (traveller_id, programme_id),
    CHECK (tier IN ('member', 'silver', 'gold', 'platinum')),
    FOREIGN KEY (traveller_id) REFERENCES travellers (id),
    FOREIGN KEY (programme_id) REFERENCES loyalty_programmes (id)
);

-- table: preferences
CREATE TABLE preferences (
    traveller_id INTEGER NOT NULL,
    seat TEXT NOT NULL,
    meal TEXT NOT NULL,
    bed TEXT NOT NULL,
    remark TEXT NOT NULL,
    PRIMARY KEY (traveller_id),
    CHECK (seat IN ('window', 'aisle', 'any')),
    CHECK (meal IN ('standard', 'vegetarian', 'vegan', 'halal', 'kosher', 'gluten_free')),
    CHECK (bed IN ('king', 'twin', 'any')),
    FOREIGN KEY (traveller_id) REFERENCES travellers (id)
);

-- table: airlines
CREATE TABLE airlines (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    ticket_prefix TEXT NOT NULL,
    programme_id INTEGER NOT NULL,
    UNIQUE (code),
    UNIQUE (name),
    UNIQUE (ticket_prefix),
    FOREIGN KEY (programme_id) REFERENCES loyalty_programmes (id)
);

-- table: fare_rules
CREATE TABLE fare_rules (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    change_fee_cents INTEGER,
    refund_fee_cents INTEGER,
    credit_fee_cents INTEGER,
    no_show_fee_cents INTEGER NOT NULL,
    hold_hours INTEGER NOT NULL,
    min_advance_days INTEGER NOT NULL,
    checked_bags INTEGER NOT NULL,
    CHECK (change_fee_cents >= 0),
    CHECK (refund_fee_cents >= 0),
    CHECK (credit_fee_cents >= 0),
    CHECK (no_show_fee_cents >= 0 AND min_advance_days >= 0 AND checked_bags >= 0),
    CHECK (hold_hours > 0),
    UNIQUE (code)
);

-- table: flights
CREATE TABLE flights (
    id INTEGER PRIMARY KEY,
    airline_id INTEGER NOT NULL,
    flight_number TEXT NOT NULL,
    origin TEXT NOT NULL,
    destination TEXT NOT NULL,
    departs_utc TEXT NOT NULL,
    departs_local TEXT NOT NULL,
    arrives_utc TEXT NOT NULL,
    arrives_local TEXT NOT NULL,
    status TEXT NOT NULL,
    UNIQUE (flight_number, departs_utc),
    CHECK (departs_utc < arrives_utc),
    CHECK (origin <> destination),
    CHECK (status IN ('scheduled', 'delayed', 'cancelled', 'departed')),
    FOREIGN KEY (airline_id) REFERENCES airlines (id),
    FOREIGN KEY (origin) REFERENCES airports (code),
    FOREIGN KEY (destination) REFERENCES airports (code)
);
CREATE INDEX ix_flights_route ON flights (origin, departs_utc);

-- table: flight_fares
CREATE TABLE flight_fares (
    id INTEGER PRIMARY KEY,
    flight_id INTEGER NOT NULL,
    cabin TEXT NOT NULL,
    booking_class TEXT NOT NULL,
    fare_rule_id INTEGER NOT NULL,
    fare_cents INTEGER NOT NULL,
    taxes_cents INTEGER NOT NULL,
    seats_left INTEGER NOT NULL,
    UNIQUE (flight_id, booking_class),
    CHECK (cabin IN ('economy', 'premium', 'business')),
    CHECK (fare_cents >= 0 AND taxes_cents >= 0 AND seats_left >= 0),
    FOREIGN KEY (flight_id) REFERENCES flights (id),
    FOREIGN KEY (fare_rule_id) REFERENCES fare_rules (id)
);

-- table: seats
CREATE TABLE seats (
    id INTEGER PRIMARY KEY,
    flight_id INTEGER NOT NULL,
    row_no INTEGER NOT NULL,
    letter TEXT NOT NULL,
    cabin TEXT NOT NULL,
    position TEXT NOT NULL,
    fee_cents INTEGER NOT NULL,
    state TEXT NOT NULL,
    UNIQUE (flight_id, row_no, letter),
    CHECK (row_no > 0),
    CHECK (cabin IN ('economy', 'premium', 'business')),
    CHECK (position IN ('window', 'middle', 'aisle')),
    CHECK (state IN ('open', 'taken', 'blocked')),
    CHECK (fee_cents >= 0),
    FOREIGN KEY (flight_id) REFERENCES flights (id)
);

-- table: hotels
CREATE TABLE hotels (
    id INTEGER PRIMARY KEY,
    city_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    stars INTEGER NOT NULL,
    address TEXT NOT NULL,
    programme_id INTEGER,
    CHECK (stars BETWEEN 1 AND 5),
    FOREIGN KEY (city_id) REFERENCES cities (id),
    UNIQUE (name),
    FOREIGN KEY (programme_id) REFERENCES loyalty_programmes (id)
);

-- table: room_types
CREATE TABLE room_types (
    id INTEGER PRIMARY KEY,
    hotel_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    bed TEXT NOT NULL,
    breakfast INTEGER NOT NULL,
    free_cancel_days INTEGER,
    hold_hours INTEGER NOT NULL,
    UNIQUE (hotel_id, name),
    CHECK (bed IN ('king', 'twin', 'single')),
    CHECK (breakfast IN (0, 1)),
    CHECK (free_cancel_days >= 0),
    CHECK (hold_hours > 0),
    FOREIGN KEY (hotel_id) REFERENCES hotels (id)
);

-- table: room_nights
CREATE TABLE room_nights (
    room_type_id INTEGER NOT NULL,
    night TEXT NOT NULL,
    rate_cents INTEGER NOT NULL,
    rooms_left INTEGER NOT NULL,
    PRIMARY KEY (room_type_id, night),
    CHECK (rate_cents >= 0 AND rooms_left >= 0),
    FOREIGN KEY (room_type_id) REFERENCES room_types (id)
);

-- table: rail_legs
CREATE TABLE rail_legs (
    id INTEGER PRIMARY KEY,
    operator TEXT NOT NULL,
    train_number TEXT NOT NULL,
    from_city_id INTEGER NOT NULL,
    to_city_id INTEGER NOT NULL,
    departs_utc TEXT NOT NULL,
    departs_local TEXT NOT NULL,
    arrives_utc TEXT NOT NULL,
    arrives_local TEXT NOT NULL,
    UNIQUE (train_number, departs_utc),
    CHECK (departs_utc < arrives_utc),
    FOREIGN KEY (from_city_id) REFERENCES cities (id),
    FOREIGN KEY (to_city_id) REFERENCES cities (id)
);

-- table: rail_fares
CREATE TABLE rail_fares (
    id INTEGER PRIMARY KEY,
    leg_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    rail_class TEXT NOT NULL,
    price_cents INTEGER NOT NULL,
    cancel_fee_cents INTEGER,
    seats_left INTEGER NOT NULL,
    UNIQUE (leg_id, name, rail_class),
    CHECK (rail_class IN ('second', 'first')),
    CHECK (price_cents >= 0 AND seats_left >= 0),
    CHECK (cancel_fee_cents >= 0),
    FOREIGN KEY (leg_id) REFERENCES rail_legs (id)
);

-- table: car_offers
CREATE TABLE car_offers (
    id INTEGER PRIMARY KEY,
    supplier TEXT NOT NULL,
    airport_code TEXT NOT NULL,
    category TEXT NOT NULL,
    daily_rate_cents INTEGER NOT NULL,
    valid_from TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    cars_left INTEGER NOT NULL,
    CHECK (category IN ('compact', 'midsize', 'estate', 'premium')),
    CHECK (daily_rate_cents >= 0 AND cars_left >= 0),
    CHECK (valid_from <= valid_until),
    FOREIGN KEY (airport_code) REFERENCES airports (code)
);

-- table: group_bookings
CREATE TABLE group_bookings (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    company_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    organiser_id INTEGER NOT NULL,
    room_type_id INTEGER NOT NULL,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    rooms_blocked INTEGER NOT NULL,
    block_rate_cents INTEGER NOT NULL,
    release_on TEXT NOT NULL,
    status TEXT NOT NULL,
    CHECK (starts_on < ends_on),
    CHECK (rooms_blocked >= 0 AND block_rate_cents >= 0),
    CHECK (status IN ('open', 'closed')),
    UNIQUE (code),
    FOREIGN KEY (company_id) REFERENCES companies (id),
    FOREIGN KEY (organiser_id) REFERENCES travellers (id),
    FOREIGN KEY (room_type_id) REFERENCES room_types (id)
);

-- table: group_members
CREATE TABLE group_members (
    group_id INTEGER NOT NULL,
    traveller_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    PRIMARY KEY (group_id, traveller_id),
    CHECK (status IN ('invited', 'confirmed', 'withdrawn')),
    FOREIGN KEY (group_id) REFERENCES group_bookings (id),
    FOREIGN KEY (traveller_id) REFERENCES travellers (id)
);

-- table: trips
CREATE TABLE trips (
    id INTEGER PRIMARY KEY,
    reference TEXT NOT NULL,
    traveller_id INTEGER NOT NULL,
    group_id INTEGER,
    purpose TEXT NOT NULL,
    status TEXT NOT NULL,
    approval_status TEXT NOT NULL,
    created_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    CHECK (status IN ('open', 'completed', 'cancelled')),
    CHECK (approval_status IN ('none', 'pending', 'approved', 'declined')),
    UNIQUE (reference),
    FOREIGN KEY (traveller_id) REFERENCES travellers (id),
    FOREIGN KEY (group_id) REFERENCES group_bookings (id),
    FOREIGN KEY (created_by) REFERENCES users (id)
);
CREATE INDEX ix_trips_traveller ON trips (traveller_id);

-- table: bookings
CREATE TABLE bookings (
    id INTEGER PRIMARY KEY,
    locator TEXT NOT NULL,
    trip_id INTEGER NOT NULL,
    total_cents INTEGER NOT NULL,
    created_by INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (locator),
    FOREIGN KEY (trip_id) REFERENCES trips (id),
    FOREIGN KEY (created_by) REFERENCES users (id)
);

-- table: segments
CREATE TABLE segments (
    id INTEGER PRIMARY KEY,
    trip_id INTEGER NOT NULL,
    booking_id INTEGER,
    kind TEXT NOT NULL,
    flight_fare_id INTEGER,
    room_type_id INTEGER,
    rail_fare_id INTEGER,
    car_offer_id INTEGER,
    group_id INTEGER,
    seat_id INTEGER,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    starts_utc TEXT,
    ends_utc TEXT,
    price_cents INTEGER NOT NULL,
    status TEXT NOT NULL,
    CHECK (kind IN ('flight', 'hotel', 'train', 'car')),
    CHECK (status IN ('held', 'booked', 'used', 'released', 'cancelled', 'no_show')),
    CHECK (price_cents >= 0),
    CHECK (starts_on <= ends_on),
    CHECK ((kind = 'flight') = (flight_fare_id IS NOT NULL)),
    CHECK ((kind = 'hotel') = (room_type_id IS NOT NULL)),
    CHECK ((kind = 'train') = (rail_fare_id IS NOT NULL)),
    CHECK ((kind = 'car') = (car_offer_id IS NOT NULL)),
    CHECK ((kind IN ('flight', 'train')) = (starts_utc IS NOT NULL AND ends_utc IS NOT NULL)),
    CHECK ((status IN ('held', 'released')) = (booking_id IS NULL)),
    FOREIGN KEY (trip_id) REFERENCES trips (id),
    FOREIGN KEY (booking_id) REFERENCES bookings (id),
    FOREIGN KEY (flight_fare_id) REFERENCES flight_fares (id),
    FOREIGN KEY (room_type_id) REFERENCES room_types (id),
    FOREIGN KEY (rail_fare_id) REFERENCES rail_fares (id),
    FOREIGN KEY (car_offer_id) REFERENCES car_offers (id),
    FOREIGN KEY (group_id) REFERENCES group_bookings (id),
    UNIQUE (seat_id),
    FOREIGN KEY (seat_id) REFERENCES seats (id)
);
CREATE INDEX ix_segments_fare ON segments (flight_fare_id);
CREATE INDEX ix_segments_trip ON segments (trip_id);

-- table: holds
CREATE TABLE holds (
    id INTEGER PRIMARY KEY,
    segment_id INTEGER NOT NULL,
    placed_by INTEGER NOT NULL,
    placed_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    status TEXT NOT NULL,
    CHECK (status IN ('active', 'booked', 'released')),
    CHECK (placed_at < expires_at),
    UNIQUE (segment_id),
    FOREIGN KEY (segment_id) REFERENCES segments (id),
    FOREIGN KEY (placed_by) REFERENCES users (id)
);

-- table: tickets
CREATE TABLE tickets (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    segment_id INTEGER NOT NULL,
    fare_cents INTEGER NOT NULL,
    taxes_cents INTEGER NOT NULL,
    status TEXT NOT NULL,
    issued_at TEXT NOT NULL,
    CHECK (status IN ('open', 'used', 'exchanged', 'voided', 'refunded', 'credited', 'forfeited')),
    CHECK (fare_cents >= 0 AND taxes_cents >= 0),
    UNIQUE (number),
    FOREIGN KEY (segment_id) REFERENCES segments (id)
);
CREATE INDEX ix_tickets_segment ON tickets (segment_id);

-- table: ticket_credits
CREATE TABLE ticket_credits (
    id INTEGER PRIMARY KEY,
    traveller_id INTEGER NOT NULL,
    airline_id INTEGER NOT NULL,
    ticket_id INTEGER,
    amount_cents INTEGER NOT NULL,
    remaining_cents INTEGER NOT NULL,
    expires_on TEXT NOT NULL,
    status TEXT NOT NULL,
    CHECK (status IN ('open', 'used')),
    CHECK (remaining_cents BETWEEN 0 AND amount_cents),
    CHECK ((status = 'used') = (remaining_cents = 0)),
    FOREIGN KEY (traveller_id) REFERENCES travellers (id),
    FOREIGN KEY (airline_id) REFERENCES airlines (id),
    FOREIGN KEY (ticket_id) REFERENCES tickets (id)
);

-- table: invoices
CREATE TABLE invoices (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    company_id INTEGER NOT NULL,
    issued_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    total_cents INTEGER NOT NULL,
    status TEXT NOT NULL,
    CHECK (status IN ('open', 'paid', 'void')),
    CHECK (issued_on <= due_on),
    UNIQUE (number),
    FOREIGN KEY (company_id) REFERENCES companies (id)
);

-- table: charges
CREATE TABLE charges (
    id INTEGER PRIMARY KEY,
    trip_id INTEGER NOT NULL,
    segment_id INTEGER,
    kind TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    invoice_id INTEGER,
    created_at TEXT NOT NULL,
    CHECK (kind IN ('flight', 'hotel', 'train', 'car', 'seat', 'service_fee', 'change_fee', 'fare_difference', 'no_show_fee', 'credit_used', 'refund')),
    CHECK (amount_cents <> 0),
    FOREIGN KEY (trip_id) REFERENCES trips (id),
    FOREIGN KEY (segment_id) REFERENCES segments (id),
    FOREIGN KEY (invoice_id) REFERENCES invoices (id)
);
CREATE INDEX ix_charges_trip ON charges (trip_id);

-- table: messages
CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    traveller_id INTEGER NOT NULL,
    trip_id INTEGER,
    direction TEXT NOT NULL,
    topic TEXT NOT NULL,
    body TEXT NOT NULL,
    reply_to INTEGER,
    handled INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    CHECK (direction IN ('inbound', 'outbound')),
    CHECK (topic IN ('approval', 'disruption', 'billing', 'itinerary', 'general')),
    CHECK (handled IN (0, 1)),
    FOREIGN KEY (traveller_id) REFERENCES travellers (id),
    FOREIGN KEY (trip_id) REFERENCES trips (id),
    FOREIGN KEY (reply_to) REFERENCES messages (id)
);

-- table: approvals
CREATE TABLE approvals (
    id INTEGER PRIMARY KEY,
    trip_id INTEGER NOT NULL,
    approver_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    message_id INTEGER,
    requested_by INTEGER NOT NULL,
    requested_at TEXT NOT NULL,
    decided_at TEXT,
    CHECK (reason IN ('cabin', 'hotel_cap', 'advance_purchase', 'total_cost')),
    CHECK (status IN ('pending', 'approved', 'declined')),
    CHECK ((status = 'pending') = (decided_at IS NULL)),
    CHECK ((status = 'pending') = (message_id IS NULL)),
    FOREIGN KEY (trip_id) REFERENCES trips (id),
    FOREIGN KEY (approver_id) REFERENCES travellers (id),
    FOREIGN KEY (message_id) REFERENCES messages (id),
    FOREIGN KEY (requested_by) REFERENCES users (id)
);

-- table: disruptions
CREATE TABLE disruptions (
    id INTEGER PRIMARY KEY,
    flight_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    delay_minutes INTEGER,
    cause TEXT NOT NULL,
    rebook_days INTEGER NOT NULL,
    announced_at TEXT NOT NULL,
    status TEXT NOT NULL,
    CHECK (kind IN ('cancellation', 'delay')),
    CHECK (status IN ('open', 'closed')),
    CHECK ((kind = 'delay') = (delay_minutes IS NOT NULL)),
    CHECK (rebook_days >= 0 AND delay_minutes >= 0),
    FOREIGN KEY (flight_id) REFERENCES flights (id)
);

-- table: audit_log
CREATE TABLE audit_log (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    user_id INTEGER NOT NULL,
    action TEXT NOT NULL,
    entity TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id)
);
