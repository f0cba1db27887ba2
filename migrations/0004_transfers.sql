CREATE TABLE `transfers` (
	`transfer_id` text PRIMARY KEY NOT NULL,
	`from_location` text NOT NULL,
	`to_location` text NOT NULL,
	`status` text NOT NULL,
	`due_at_ms` integer NOT NULL,
	`requested_at_ms` integer NOT NULL,
	`skus` integer NOT NULL,
	`units_requested` integer NOT NULL,
	`units_reserved` integer NOT NULL,
	`units_shipped` integer NOT NULL,
	`units_in_transit` integer NOT NULL,
	`units_received` integer NOT NULL,
	`units_over` integer NOT NULL,
	`units_written_off` integer NOT NULL,
	`effects_pending` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `transfers_newest` ON `transfers` (`requested_at_ms`,`transfer_id`);--> statement-breakpoint
CREATE INDEX `transfers_by_status` ON `transfers` (`status`,`requested_at_ms`,`transfer_id`);--> statement-breakpoint
CREATE INDEX `transfers_by_from` ON `transfers` (`from_location`,`requested_at_ms`,`transfer_id`);--> statement-breakpoint
CREATE INDEX `transfers_by_to` ON `transfers` (`to_location`,`requested_at_ms`,`transfer_id`);--> statement-breakpoint
CREATE INDEX `transfers_short` ON `transfers` (`requested_at_ms`,`transfer_id`) WHERE units_written_off > 0;