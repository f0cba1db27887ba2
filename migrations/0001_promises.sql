CREATE TABLE `promises` (
	`promise_id` text PRIMARY KEY NOT NULL,
	`order_id` text NOT NULL,
	`line_id` text NOT NULL,
	`account` text NOT NULL,
	`sku` text,
	`quantity` integer NOT NULL,
	`by_ms` integer NOT NULL,
	`standing` text NOT NULL,
	`expected_at_ms` integer,
	`reason` text,
	`source` text NOT NULL,
	`confidence_percent` integer,
	`plan` text NOT NULL,
	`taken_at_ms` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `promises_newest` ON `promises` (`by_ms`,`promise_id`);--> statement-breakpoint
CREATE INDEX `promises_by_standing` ON `promises` (`standing`,`by_ms`,`promise_id`);--> statement-breakpoint
CREATE INDEX `promises_by_account` ON `promises` (`account`,`standing`,`by_ms`,`promise_id`);--> statement-breakpoint
CREATE INDEX `promises_by_order` ON `promises` (`order_id`);