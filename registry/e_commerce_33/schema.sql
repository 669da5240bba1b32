-- table: users
CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    full_name TEXT NOT NULL,
    phone TEXT,
    tier TEXT NOT NULL DEFAULT 'member' CHECK (tier IN ('member', 'silver', 'gold')),
    created_at TEXT NOT NULL
);

-- table: addresses
CREATE TABLE addresses (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    label TEXT NOT NULL,
    recipient TEXT NOT NULL,
    line1 TEXT NOT NULL,
    line2 TEXT,
    city TEXT NOT NULL,
    state TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
    UNIQUE (user_id, label)
);
CREATE UNIQUE INDEX ux_addresses_default ON addresses (user_id) WHERE is_default = 1;

-- table: payment_methods
CREATE TABLE payment_methods (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    brand TEXT NOT NULL CHECK (brand IN ('visa', 'mastercard', 'amex')),
    last4 TEXT NOT NULL CHECK (length(last4) = 4),
    exp_year INTEGER NOT NULL,
    exp_month INTEGER NOT NULL CHECK (exp_month BETWEEN 1 AND 12),
    is_default INTEGER NOT NULL DEFAULT 0 CHECK (is_default IN (0, 1)),
    UNIQUE (user_id, brand, last4)
);
CREATE UNIQUE INDEX ux_payment_methods_default ON payment_methods (user_id) WHERE is_default = 1;

-- table: categories
CREATE TABLE categories (
    id INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES categories (id),
    name TEXT NOT NULL UNIQUE,
    returnable INTEGER NOT NULL DEFAULT 1 CHECK (returnable IN (0, 1)),
    return_days INTEGER NOT NULL CHECK (return_days >= 0),
    CHECK (returnable = 0 OR return_days > 0)
);

-- table: brands
CREATE TABLE brands (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    country TEXT NOT NULL,
    warranty_years INTEGER NOT NULL CHECK (warranty_years >= 0)
);

-- table: products
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    brand_id INTEGER NOT NULL REFERENCES brands (id),
    category_id INTEGER NOT NULL REFERENCES categories (id),
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    is_oversize INTEGER NOT NULL DEFAULT 0 CHECK (is_oversize IN (0, 1)),
    launched_on TEXT NOT NULL
);
CREATE INDEX ix_products_category ON products (category_id);
CREATE INDEX ix_products_brand ON products (brand_id);

-- table: product_variants
CREATE TABLE product_variants (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products (id),
    sku TEXT NOT NULL UNIQUE,
    colour TEXT NOT NULL,
    size TEXT NOT NULL,
    price_cents INTEGER NOT NULL CHECK (price_cents > 0),
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'discontinued')),
    is_final_sale INTEGER NOT NULL DEFAULT 0 CHECK (is_final_sale IN (0, 1)),
    UNIQUE (product_id, colour, size)
);

-- table: warehouses
CREATE TABLE warehouses (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    city TEXT NOT NULL,
    state TEXT NOT NULL
);

-- table: stock_levels
CREATE TABLE stock_levels (
    variant_id INTEGER NOT NULL REFERENCES product_variants (id),
    warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
    on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
    reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    PRIMARY KEY (variant_id, warehouse_id),
    CHECK (reserved <= on_hand)
);

-- table: price_history
CREATE TABLE price_history (
    id INTEGER PRIMARY KEY,
    variant_id INTEGER NOT NULL REFERENCES product_variants (id),
    price_cents INTEGER NOT NULL CHECK (price_cents > 0),
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    UNIQUE (variant_id, valid_from),
    CHECK (valid_to IS NULL OR valid_to > valid_from)
);

-- table: coupons
CREATE TABLE coupons (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('percent', 'amount', 'free_shipping')),
    value INTEGER NOT NULL CHECK (value >= 0),
    min_basket_cents INTEGER NOT NULL DEFAULT 0 CHECK (min_basket_cents >= 0),
    category_id INTEGER REFERENCES categories (id),
    starts_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    is_public INTEGER NOT NULL DEFAULT 1 CHECK (is_public IN (0, 1)),
    once_per_customer INTEGER NOT NULL DEFAULT 1 CHECK (once_per_customer IN (0, 1)),
    CHECK (ends_at > starts_at),
    CHECK (kind <> 'percent' OR value BETWEEN 1 AND 100)
);

-- table: shipping_methods
CREATE TABLE shipping_methods (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE CHECK (code IN ('standard', 'express', 'freight')),
    name TEXT NOT NULL,
    price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
    free_from_cents INTEGER,
    days INTEGER NOT NULL CHECK (days > 0)
);

-- table: carts
CREATE TABLE carts (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL UNIQUE REFERENCES users (id),
    coupon_id INTEGER REFERENCES coupons (id),
    updated_at TEXT NOT NULL
);

-- table: cart_items
CREATE TABLE cart_items (
    id INTEGER PRIMARY KEY,
    cart_id INTEGER NOT NULL REFERENCES carts (id),
    variant_id INTEGER NOT NULL REFERENCES product_variants (id),
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 10),
    added_at TEXT NOT NULL,
    UNIQUE (cart_id, variant_id)
);

-- table: orders
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id),
    status TEXT NOT NULL CHECK (status IN ('placed', 'packed', 'shipped', 'delivered', 'cancelled')),
    address_id INTEGER NOT NULL REFERENCES addresses (id),
    ship_to TEXT NOT NULL,
    shipping_method_id INTEGER NOT NULL REFERENCES shipping_methods (id),
    coupon_id INTEGER REFERENCES coupons (id),
    subtotal_cents INTEGER NOT NULL CHECK (subtotal_cents >= 0),
    discount_cents INTEGER NOT NULL DEFAULT 0 CHECK (discount_cents >= 0),
    shipping_cents INTEGER NOT NULL CHECK (shipping_cents >= 0),
    total_cents INTEGER NOT NULL CHECK (total_cents >= 0),
    placed_at TEXT NOT NULL,
    estimated_delivery TEXT NOT NULL,
    cancelled_at TEXT,
    cancel_reason TEXT,
    CHECK (total_cents = subtotal_cents - discount_cents + shipping_cents),
    CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL))
);
CREATE INDEX ix_orders_user ON orders (user_id, placed_at);

-- table: order_items
CREATE TABLE order_items (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    variant_id INTEGER NOT NULL REFERENCES product_variants (id),
    warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    unit_price_cents INTEGER NOT NULL CHECK (unit_price_cents > 0),
    discount_cents INTEGER NOT NULL DEFAULT 0 CHECK (discount_cents >= 0),
    is_final_sale INTEGER NOT NULL DEFAULT 0 CHECK (is_final_sale IN (0, 1)),
    UNIQUE (order_id, variant_id)
);

-- table: coupon_redemptions
CREATE TABLE coupon_redemptions (
    id INTEGER PRIMARY KEY,
    coupon_id INTEGER NOT NULL REFERENCES coupons (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    order_id INTEGER NOT NULL UNIQUE REFERENCES orders (id),
    status TEXT NOT NULL DEFAULT 'used' CHECK (status IN ('used', 'released')),
    redeemed_at TEXT NOT NULL
);

-- table: payments
CREATE TABLE payments (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    source TEXT NOT NULL CHECK (source IN ('card', 'store_credit')),
    payment_method_id INTEGER REFERENCES payment_methods (id),
    amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
    paid_at TEXT NOT NULL,
    UNIQUE (order_id, source),
    CHECK ((source = 'card') = (payment_method_id IS NOT NULL))
);

-- table: shipments
CREATE TABLE shipments (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
    carrier TEXT NOT NULL,
    tracking_number TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('in_transit', 'out_for_delivery', 'delivered', 'lost')),
    shipped_at TEXT NOT NULL,
    delivered_at TEXT,
    CHECK ((status = 'delivered') = (delivered_at IS NOT NULL))
);
CREATE INDEX ix_shipments_order ON shipments (order_id);

-- table: shipment_items
CREATE TABLE shipment_items (
    shipment_id INTEGER NOT NULL REFERENCES shipments (id),
    order_item_id INTEGER NOT NULL UNIQUE REFERENCES order_items (id),
    PRIMARY KEY (shipment_id, order_item_id)
);

-- table: tracking_events
CREATE TABLE tracking_events (
    id INTEGER PRIMARY KEY,
    shipment_id INTEGER NOT NULL REFERENCES shipments (id),
    description TEXT NOT NULL,
    location TEXT NOT NULL,
    occurred_at TEXT NOT NULL
);
CREATE INDEX ix_tracking_events_shipment ON tracking_events (shipment_id);

-- table: returns
CREATE TABLE returns (
    id INTEGER PRIMARY KEY,
    rma_number TEXT NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id),
    order_id INTEGER NOT NULL REFERENCES orders (id),
    status TEXT NOT NULL CHECK (status IN ('requested', 'received', 'refunded', 'cancelled')),
    refund_to TEXT NOT NULL CHECK (refund_to IN ('original_payment', 'store_credit')),
    label_fee_cents INTEGER NOT NULL DEFAULT 0 CHECK (label_fee_cents >= 0),
    refund_cents INTEGER NOT NULL CHECK (refund_cents >= 0),
    created_at TEXT NOT NULL
);
CREATE INDEX ix_returns_order ON returns (order_id);

-- table: return_items
CREATE TABLE return_items (
    id INTEGER PRIMARY KEY,
    return_id INTEGER NOT NULL REFERENCES returns (id),
    order_item_id INTEGER NOT NULL REFERENCES order_items (id),
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    reason TEXT NOT NULL CHECK (reason IN ('changed_mind', 'wrong_size', 'damaged', 'defective', 'wrong_item')),
    UNIQUE (return_id, order_item_id)
);

-- table: refunds
CREATE TABLE refunds (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    return_id INTEGER REFERENCES returns (id),
    destination TEXT NOT NULL CHECK (destination IN ('card', 'store_credit')),
    amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
    created_at TEXT NOT NULL
);

-- table: reviews
CREATE TABLE reviews (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL REFERENCES products (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'published', 'rejected')),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (product_id, user_id)
);

-- table: wishlists
CREATE TABLE wishlists (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (user_id, name)
);

-- table: wishlist_items
CREATE TABLE wishlist_items (
    id INTEGER PRIMARY KEY,
    wishlist_id INTEGER NOT NULL REFERENCES wishlists (id),
    variant_id INTEGER NOT NULL REFERENCES product_variants (id),
    wanted INTEGER NOT NULL DEFAULT 1 CHECK (wanted BETWEEN 1 AND 10),
    note TEXT NOT NULL DEFAULT '',
    added_at TEXT NOT NULL,
    UNIQUE (wishlist_id, variant_id)
);

-- table: gift_cards
CREATE TABLE gift_cards (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
    status TEXT NOT NULL CHECK (status IN ('active', 'redeemed', 'void')),
    expires_at TEXT NOT NULL,
    redeemed_by INTEGER REFERENCES users (id),
    redeemed_at TEXT,
    CHECK ((status = 'redeemed') = (redeemed_by IS NOT NULL))
);

-- table: store_credit_entries
CREATE TABLE store_credit_entries (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    amount_cents INTEGER NOT NULL CHECK (amount_cents <> 0),
    reason TEXT NOT NULL CHECK (reason IN ('gift_card', 'points', 'refund', 'goodwill', 'order')),
    note TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX ix_store_credit_user ON store_credit_entries (user_id);

-- table: loyalty_entries
CREATE TABLE loyalty_entries (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    points INTEGER NOT NULL CHECK (points <> 0),
    reason TEXT NOT NULL CHECK (reason IN ('order', 'review', 'birthday', 'converted', 'expired')),
    note TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX ix_loyalty_user ON loyalty_entries (user_id);

-- table: support_tickets
CREATE TABLE support_tickets (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    order_id INTEGER REFERENCES orders (id),
    topic TEXT NOT NULL CHECK (topic IN ('delivery', 'return', 'payment', 'product', 'account')),
    subject TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'waiting_for_customer', 'solved')),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);

-- table: ticket_messages
CREATE TABLE ticket_messages (
    id INTEGER PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES support_tickets (id),
    author TEXT NOT NULL CHECK (author IN ('customer', 'support')),
    body TEXT NOT NULL,
    created_at TEXT NOT NULL
);
CREATE INDEX ix_ticket_messages_ticket ON ticket_messages (ticket_id);

-- table: notification_preferences
CREATE TABLE notification_preferences (
    user_id INTEGER NOT NULL REFERENCES users (id),
    channel TEXT NOT NULL CHECK (channel IN ('email', 'sms', 'push')),
    topic TEXT NOT NULL CHECK (topic IN ('order_updates', 'promotions', 'price_drops', 'review_reminders', 'loyalty')),
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    PRIMARY KEY (user_id, channel, topic)
);

-- table: help_articles
CREATE TABLE help_articles (
    id INTEGER PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    body TEXT NOT NULL
);
