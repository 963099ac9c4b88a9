/** The core library: what `rcm` itself is made of (package export "."). */
export { type LoadedConfig, type LoadOptions, loadConfig } from './config/load.js';
export type { Config } from './config/schema.js';
export type { FeedEntry, FeedType } from './domain/activity-feed.js';
export type { Budget, BudgetLine, BudgetStatus } from './domain/budget.js';
export { budgetAmounts, budgetLine, companyBudget } from './domain/budget.js';
export type { CompanyView, PlatformStats } from './domain/company-view.js';
export { type BaseShareRule, baseShares, type CompanyCosts, companyCosts, queriesPerMonth } from './domain/cost.js';
export { type DetectedIssue, ISSUE_CODES, type IssueCode } from './domain/detect/issue.js';
export { type CompanyFacts, evaluate, type PlatformFacts, type Rules } from './domain/evaluate.js';
export { companyHealth, type HealthInput, type Status, type StatusCode } from './domain/health.js';
export { avgResponseMs, hitRate } from './domain/hit-rate.js';
export type { Target } from './domain/notify/target.js';
export { DEFAULT_PRICING, type PricingConfig } from './domain/pricing.js';
export type { TtlAccess, TtlOp } from './domain/ttl-model/access.js';
export type { Interval } from './domain/ttl-model/interval.js';
export {
  type Simulated,
  type SimulateOptions,
  simulateTtl,
  type TtlSimulated,
} from './domain/ttl-model/simulate-ttl.js';
export { ERROR_CODES, type ErrorCode, EXIT, RcmError } from './errors.js';
export { connectRedis, type RedisConnection } from './redis/connect/connect.js';
export type { RedisSettings } from './redis/connect/settings.js';
export { DEFAULT_KEY_TEMPLATES, KeyTemplates } from './redis/key-template.js';
export { type KeyspaceScan, type ScanOptions, type ScanProgress, scanKeyspace } from './redis/scan/keyspace-scan.js';
export { followActivity } from './services/activity/follow.js';
export { activityPatterns } from './services/activity/patterns.js';
export type { ActivityPorts, ActivityQuery, FollowPorts } from './services/activity/query.js';
export { type RecentActivity, recentActivity } from './services/activity/recent.js';
export {
  type ActivityReport,
  activityReport,
  type PatternsReport,
  patternsReport,
} from './services/activity/report.js';
export { type AlertPorts, alerts } from './services/alerts/alerts.js';
export { type AlertsReport, alertsReport } from './services/alerts/report.js';
export { type CheckRequest, check } from './services/check/check.js';
export { type CheckPolicy, checkPolicy, readPolicy } from './services/check/policy.js';
export { type CheckReport, checkReport } from './services/check/report.js';
export { type AskedRules, type CheckRules, combineRules } from './services/check/rules.js';
export { clear } from './services/clear/clear.js';
export { type ClearPreview, previewClear } from './services/clear/preview.js';
export { type ClearReport, clearReport } from './services/clear/report.js';
export type { ClearRequest } from './services/clear/request.js';
export { type CompaniesResult, companies } from './services/companies/companies.js';
export { companiesFromSnapshot, surveyFromSnapshot } from './services/companies/from-snapshot.js';
export { importCompanies, readCompaniesCsv } from './services/companies/import.js';
export { type CompaniesReport, companiesReport } from './services/companies/report.js';
export { type Survey, survey } from './services/companies/survey.js';
export { type DetectOptions, type DetectResult, detect } from './services/detect/detect.js';
export { type DetectReport, detectReport } from './services/detect/report.js';
export { examine, type Patient } from './services/doctor/doctor.js';
export { type DoctorReport, doctorReport } from './services/doctor/report.js';
export { type DrillDownOptions, type DrillDownResult, drillDown } from './services/drill-down/drill-down.js';
export { drillDownFromSnapshot } from './services/drill-down/from-snapshot.js';
export { type DrillDownReport, drillDownReport } from './services/drill-down/report.js';
export { applyFix, type FixOutcome } from './services/fix/apply.js';
export { listFixes } from './services/fix/list.js';
export { type FixPorts, fixPorts } from './services/fix/ports.js';
export { type FixRequest, fixableIssue, type PreparedFix, prepareFix } from './services/fix/prepare.js';
export { type RecoveredFix, recoverFixes } from './services/fix/recover.js';
export {
  type FixListReport,
  type FixReport,
  type FixUndoReport,
  fixListReport,
  fixReport,
  fixUndoReport,
} from './services/fix/report.js';
export { undoFix } from './services/fix/undo.js';
export { deleteKeys, type KeysDeleteRequest, previewDelete } from './services/keys/delete.js';
export { keysFromSnapshot } from './services/keys/from-snapshot.js';
export { getKey, type KeysGetRequest } from './services/keys/get.js';
export { type KeysGetReport, keysGetReport } from './services/keys/get-report.js';
export { type KeysListRequest, listKeys } from './services/keys/list.js';
export { type KeysListReport, type KeysPage, keysListReport } from './services/keys/list-report.js';
export {
  type News,
  type NotifyOptions,
  type NotifyPorts,
  type NotifyResult,
  notify,
} from './services/notify/notify.js';
export { type Notification, type NotifyTestReport, notifyTestReport } from './services/notify/report.js';
export { chooseTargets, resolveTargets } from './services/notify/targets.js';
export { testTargets } from './services/notify/test-targets.js';
export type { Ports } from './services/ports.js';
export {
  applyPricing,
  type MakeEdits,
  type PricingPreview,
  type PricingResult,
  previewPricing,
} from './services/pricing/change.js';
export {
  type PricingChangeReport,
  type PricingReport,
  pricingChangeReport,
  pricingReport,
} from './services/pricing/report.js';
export { type RecommendOptions, type RecommendResult, recommend } from './services/recommend/recommend.js';
export { type RecommendReport, recommendReport } from './services/recommend/report.js';
export { type ReportRequest, type ReportResult, report, reportFromSnapshot } from './services/report/gather.js';
export { type PlatformReport, platformReport } from './services/report/report.js';
export { type InspectedBackup, inspectBackup } from './services/restore/inspect.js';
export { type RestoreReport, restoreReport } from './services/restore/report.js';
export { type RestoreRequest, restore } from './services/restore/restore.js';
export { type SnapshotReport, snapshotReport } from './services/snapshot/report.js';
export { type SnapshotOptions, type SnapshotResult, takeSnapshot } from './services/snapshot.js';
export { type StatsReport, statsReport } from './services/stats/report.js';
export { type StatsResult, stats } from './services/stats/stats.js';
export { type TrendsReport, trendsReport } from './services/trends/report.js';
export { type TrendsRequest, type TrendsResult, trends } from './services/trends/trends.js';
export { applyToExisting } from './services/ttl/existing.js';
export { companyTtl, ttlPolicies } from './services/ttl/get.js';
export { companyPresets, presetsReport } from './services/ttl/presets.js';
export { type PreviewRequest, previewTrace, previewTtl } from './services/ttl/preview.js';
export {
  type CompanyTtlReport,
  companyTtlReport,
  type TtlPoliciesReport,
  type TtlPresetsReport,
  type TtlPreviewReport,
  type TtlSetReport,
  ttlPoliciesReport,
  ttlPresetsReport,
  ttlPreviewReport,
  ttlSetReport,
} from './services/ttl/report.js';
export { applyTtl, planTtl, type TtlPlan, type TtlSetRequest } from './services/ttl/set.js';
export { openStore } from './store/open-store.js';
export type { Store } from './store/store.js';
