CREATE TABLE `deliveries` (
	`delivery_id` text PRIMARY KEY NOT NULL,
	`inbox` text NOT NULL,
	`account` text NOT NULL,
	`domain` text NOT NULL,
	`topic` text NOT NULL,
	`status` text NOT NULL,
	`attempts` integer NOT NULL,
	`reason` text,
	`message` text,
	`body_bytes` integer NOT NULL,
	`correlation_id` text NOT NULL,
	`received_at_ms` integer NOT NULL,
	`settled_at_ms` integer,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `deliveries_newest` ON `deliveries` (`received_at_ms`,`delivery_id`);--> statement-breakpoint
CREATE INDEX `deliveries_by_account` ON `deliveries` (`account`,`received_at_ms`,`delivery_id`);--> statement-breakpoint
CREATE INDEX `deliveries_by_status` ON `deliveries` (`status`,`received_at_ms`,`delivery_id`);--> statement-breakpoint
CREATE INDEX `deliveries_by_account_status` ON `deliveries` (`account`,`status`,`received_at_ms`,`delivery_id`);--> statement-breakpoint
CREATE INDEX `deliveries_by_topic` ON `deliveries` (`topic`,`received_at_ms`,`delivery_id`);--> statement-breakpoint
CREATE INDEX `deliveries_by_correlation` ON `deliveries` (`correlation_id`);--> statement-breakpoint
CREATE TABLE `delivery_subjects` (
	`delivery_id` text NOT NULL,
	`subject` text NOT NULL,
	PRIMARY KEY(`delivery_id`, `subject`)
);
--> statement-breakpoint
CREATE INDEX `delivery_subjects_by_subject` ON `delivery_subjects` (`subject`,`delivery_id`);--> statement-breakpoint
CREATE TABLE `fulfilment_orders` (
	`fulfilment_order_id` text PRIMARY KEY NOT NULL,
	`order_id` text NOT NULL,
	`location` text NOT NULL,
	`account` text NOT NULL,
	`status` text NOT NULL,
	`reference` text,
	`rejection` text,
	`units` integer NOT NULL,
	`shipped_units` integer NOT NULL,
	`cancelled_units` integer NOT NULL,
	`released_at_ms` integer
);
--> statement-breakpoint
CREATE INDEX `fulfilment_orders_by_order` ON `fulfilment_orders` (`order_id`);--> statement-breakpoint
CREATE INDEX `fulfilment_orders_by_location` ON `fulfilment_orders` (`location`,`order_id`);--> statement-breakpoint
CREATE INDEX `fulfilment_orders_by_status` ON `fulfilment_orders` (`status`,`location`,`released_at_ms`);--> statement-breakpoint
CREATE TABLE `shipments` (
	`shipment_id` text PRIMARY KEY NOT NULL,
	`order_id` text NOT NULL,
	`fulfilment_order_id` text NOT NULL,
	`external_shipment_id` text NOT NULL,
	`location` text NOT NULL,
	`carrier` text,
	`service` text,
	`tracking_number` text,
	`tracking_url` text,
	`units` integer NOT NULL,
	`shipped_at_ms` integer NOT NULL,
	`tracking_status` text,
	`tracking_at_ms` integer
);
--> statement-breakpoint
CREATE INDEX `shipments_by_order` ON `shipments` (`order_id`);--> statement-breakpoint
CREATE INDEX `shipments_by_tracking` ON `shipments` (`tracking_number`,`order_id`);--> statement-breakpoint
CREATE TABLE `audit` (
	`actor_kind` text NOT NULL,
	`actor_name` text NOT NULL,
	`seq` integer NOT NULL,
	`at_ms` integer NOT NULL,
	`type` text NOT NULL,
	`subject` text,
	`cause_kind` text NOT NULL,
	`cause_id` text NOT NULL,
	`correlation_id` text NOT NULL,
	`hash` text NOT NULL,
	PRIMARY KEY(`actor_kind`, `actor_name`, `seq`)
);
--> statement-breakpoint
CREATE INDEX `audit_by_correlation` ON `audit` (`correlation_id`,`at_ms`);--> statement-breakpoint
CREATE INDEX `audit_by_cause` ON `audit` (`cause_id`,`at_ms`);--> statement-breakpoint
CREATE TABLE `exceptions` (
	`exception_id` text PRIMARY KEY NOT NULL,
	`source_kind` text NOT NULL,
	`source_name` text NOT NULL,
	`order_id` text,
	`delivery_id` text,
	`account` text,
	`category` text NOT NULL,
	`class` text NOT NULL,
	`team` text NOT NULL,
	`status` text NOT NULL,
	`message` text NOT NULL,
	`remediation` text NOT NULL,
	`fingerprint` text NOT NULL,
	`money_at_risk_minor` integer NOT NULL,
	`currency` text,
	`correlation_id` text NOT NULL,
	`opened_at_ms` integer NOT NULL,
	`due_at_ms` integer NOT NULL,
	`resolved_at_ms` integer,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `exceptions_newest` ON `exceptions` (`opened_at_ms`,`exception_id`);--> statement-breakpoint
CREATE INDEX `exceptions_by_status` ON `exceptions` (`status`,`opened_at_ms`,`exception_id`);--> statement-breakpoint
CREATE INDEX `exceptions_by_category` ON `exceptions` (`category`,`opened_at_ms`,`exception_id`);--> statement-breakpoint
CREATE INDEX `exceptions_by_category_status` ON `exceptions` (`category`,`status`,`opened_at_ms`,`exception_id`);--> statement-breakpoint
CREATE INDEX `exceptions_by_source` ON `exceptions` (`source_kind`,`source_name`);--> statement-breakpoint
CREATE INDEX `exceptions_by_order` ON `exceptions` (`order_id`);--> statement-breakpoint
CREATE INDEX `exceptions_by_fingerprint` ON `exceptions` (`fingerprint`,`status`,`opened_at_ms`,`exception_id`);--> statement-breakpoint
CREATE TABLE `projected_actors` (
	`actor_kind` text NOT NULL,
	`actor_name` text NOT NULL,
	`through_seq` integer NOT NULL,
	PRIMARY KEY(`actor_kind`, `actor_name`)
);
--> statement-breakpoint
CREATE TABLE `rebuilds` (
	`rebuild_id` text PRIMARY KEY NOT NULL,
	`requested_at_ms` integer NOT NULL,
	`next_step` text,
	`actors_projected` integer NOT NULL,
	`stepped_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `channel_fulfilments` (
	`order_id` text NOT NULL,
	`external_fulfilment_id` text NOT NULL,
	`status` text NOT NULL,
	`units` integer NOT NULL,
	`at_ms` integer NOT NULL,
	PRIMARY KEY(`order_id`, `external_fulfilment_id`)
);
--> statement-breakpoint
CREATE TABLE `external_refs` (
	`order_id` text NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`search_key` text NOT NULL,
	`subject` text,
	`at_ms` integer NOT NULL,
	PRIMARY KEY(`order_id`, `kind`, `value`)
);
--> statement-breakpoint
CREATE INDEX `external_refs_by_value` ON `external_refs` (`value`,`order_id`);--> statement-breakpoint
CREATE INDEX `external_refs_by_search_key` ON `external_refs` (`search_key`,`order_id`);--> statement-breakpoint
CREATE TABLE `intents` (
	`order_id` text NOT NULL,
	`intent_id` text NOT NULL,
	`kind` text NOT NULL,
	`account` text NOT NULL,
	`external_id` text NOT NULL,
	`subject` text,
	`status` text NOT NULL,
	`attempts` integer NOT NULL,
	`reference` text,
	`last_error` text,
	`created_at_ms` integer NOT NULL,
	`not_before_ms` integer NOT NULL,
	PRIMARY KEY(`order_id`, `intent_id`)
);
--> statement-breakpoint
CREATE INDEX `intents_by_account_status` ON `intents` (`account`,`status`,`created_at_ms`);--> statement-breakpoint
CREATE TABLE `order_lines` (
	`order_id` text NOT NULL,
	`line_id` text NOT NULL,
	`external_sku` text,
	`sku` text,
	`pack_quantity` integer NOT NULL,
	`not_stocked` integer NOT NULL,
	`unit_price_minor` integer NOT NULL,
	`ordered` integer NOT NULL,
	`open` integer NOT NULL,
	`reserved` integer NOT NULL,
	`backordered` integer NOT NULL,
	`released` integer NOT NULL,
	`shipped` integer NOT NULL,
	`cancelled` integer NOT NULL,
	`delivered` integer NOT NULL,
	`returned` integer NOT NULL,
	PRIMARY KEY(`order_id`, `line_id`)
);
--> statement-breakpoint
CREATE INDEX `order_lines_by_sku` ON `order_lines` (`sku`,`order_id`);--> statement-breakpoint
CREATE TABLE `orders` (
	`order_id` text PRIMARY KEY NOT NULL,
	`account` text NOT NULL,
	`external_order_id` text NOT NULL,
	`external_number` text,
	`stage` text NOT NULL,
	`status` text NOT NULL,
	`next_actor` text NOT NULL,
	`holds` text,
	`open_exceptions` integer NOT NULL,
	`payment` text NOT NULL,
	`currency` text NOT NULL,
	`subtotal_minor` integer NOT NULL,
	`discount_minor` integer NOT NULL,
	`shipping_minor` integer NOT NULL,
	`tax_minor` integer NOT NULL,
	`total_minor` integer NOT NULL,
	`line_count` integer NOT NULL,
	`units_ordered` integer NOT NULL,
	`units_shipped` integer NOT NULL,
	`units_backordered` integer NOT NULL,
	`ship_to_country` text,
	`ship_to_region` text,
	`erp_account` text,
	`erp_reference` text,
	`config_version` text,
	`correlation_id` text NOT NULL,
	`first_delivery_id` text,
	`placed_at_ms` integer NOT NULL,
	`captured_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `orders_newest` ON `orders` (`captured_at_ms`,`order_id`);--> statement-breakpoint
CREATE INDEX `orders_by_account` ON `orders` (`account`,`captured_at_ms`,`order_id`);--> statement-breakpoint
CREATE INDEX `orders_by_status` ON `orders` (`status`,`captured_at_ms`,`order_id`);--> statement-breakpoint
CREATE INDEX `orders_by_account_status` ON `orders` (`account`,`status`,`captured_at_ms`,`order_id`);--> statement-breakpoint
CREATE INDEX `orders_by_stage` ON `orders` (`stage`,`captured_at_ms`,`order_id`);--> statement-breakpoint
CREATE INDEX `orders_by_external_id` ON `orders` (`external_order_id`,`captured_at_ms`,`order_id`);--> statement-breakpoint
CREATE INDEX `orders_by_correlation` ON `orders` (`correlation_id`);--> statement-breakpoint
CREATE TABLE `refunds` (
	`order_id` text NOT NULL,
	`external_refund_id` text NOT NULL,
	`amount_minor` integer NOT NULL,
	`currency` text NOT NULL,
	`units` integer NOT NULL,
	`at_ms` integer NOT NULL,
	PRIMARY KEY(`order_id`, `external_refund_id`)
);
--> statement-breakpoint
CREATE TABLE `reservations` (
	`order_id` text NOT NULL,
	`reservation_id` text NOT NULL,
	`location` text NOT NULL,
	`line_id` text NOT NULL,
	`sku` text NOT NULL,
	`quantity` integer NOT NULL,
	`status` text NOT NULL,
	PRIMARY KEY(`order_id`, `reservation_id`, `location`)
);
--> statement-breakpoint
CREATE INDEX `reservations_by_position` ON `reservations` (`sku`,`location`);--> statement-breakpoint
CREATE TABLE `returns` (
	`order_id` text NOT NULL,
	`external_return_id` text NOT NULL,
	`units` integer NOT NULL,
	`at_ms` integer NOT NULL,
	PRIMARY KEY(`order_id`, `external_return_id`)
);
--> statement-breakpoint
CREATE TABLE `positions` (
	`sku` text NOT NULL,
	`location` text NOT NULL,
	`available` integer NOT NULL,
	`committed` integer NOT NULL,
	`reserved` integer NOT NULL,
	`damaged` integer NOT NULL,
	`safety_stock` integer NOT NULL,
	`quality_control` integer NOT NULL,
	`on_hand` integer NOT NULL,
	`incoming` integer NOT NULL,
	`backordered` integer NOT NULL,
	`snapshot_source` text,
	`snapshot_as_of_ms` integer,
	`snapshot_sequence` integer,
	`updated_at_ms` integer NOT NULL,
	`version` integer NOT NULL,
	PRIMARY KEY(`sku`, `location`)
);
--> statement-breakpoint
CREATE INDEX `positions_by_location` ON `positions` (`location`,`sku`);