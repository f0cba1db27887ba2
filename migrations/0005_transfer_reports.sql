CREATE TABLE `transfer_reports` (
	`transfer_id` text NOT NULL,
	`kind` text NOT NULL,
	`report_id` text NOT NULL,
	`units` integer NOT NULL,
	`at_ms` integer NOT NULL,
	PRIMARY KEY(`transfer_id`, `kind`, `report_id`)
);
--> statement-breakpoint
CREATE INDEX `transfer_reports_by_id` ON `transfer_reports` (`report_id`,`transfer_id`);