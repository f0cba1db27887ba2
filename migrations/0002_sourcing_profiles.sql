CREATE TABLE `shadow_results` (
	`profile_id` text NOT NULL,
	`revision` integer NOT NULL,
	`order_id` text NOT NULL,
	`seq` integer NOT NULL,
	`at_ms` integer NOT NULL,
	`currency` text NOT NULL,
	`same_plan` integer NOT NULL,
	`active_profile` text NOT NULL,
	`active_version` integer,
	`active_strategy` text,
	`shadow_strategy` text,
	`active_cost_minor` integer,
	`shadow_cost_minor` integer,
	`active_splits` integer,
	`shadow_splits` integer,
	`active_on_time` real,
	`shadow_on_time` real,
	`active_margin_minor` integer,
	`shadow_margin_minor` integer,
	`active_unplanned` integer NOT NULL,
	`shadow_unplanned` integer NOT NULL,
	PRIMARY KEY(`profile_id`, `revision`, `order_id`, `seq`)
);
--> statement-breakpoint
CREATE INDEX `shadow_results_newest` ON `shadow_results` (`profile_id`,`revision`,`at_ms`,`order_id`);--> statement-breakpoint
CREATE TABLE `sourcing_history` (
	`profile_id` text NOT NULL,
	`revision` integer NOT NULL,
	`action` text NOT NULL,
	`version` integer,
	`content_hash` text NOT NULL,
	`content` text NOT NULL,
	`author` text,
	`comment` text NOT NULL,
	`at_ms` integer NOT NULL,
	`is_published` integer NOT NULL,
	`shadow_report` text,
	PRIMARY KEY(`profile_id`, `revision`)
);
--> statement-breakpoint
CREATE INDEX `sourcing_history_by_version` ON `sourcing_history` (`profile_id`,`version`);--> statement-breakpoint
CREATE INDEX `sourcing_history_published` ON `sourcing_history` (`is_published`);--> statement-breakpoint
CREATE TABLE `sourcing_profiles` (
	`profile_id` text PRIMARY KEY NOT NULL,
	`revision` integer NOT NULL,
	`head` text NOT NULL,
	`updated_at_ms` integer NOT NULL
);
