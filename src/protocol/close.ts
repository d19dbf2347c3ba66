/** Why a connection ended. Codes below 4000 are those of RFC 6455 (and 1003, kept from old). */
export enum CloseCode {
  Normal = 1000,
  GoingAway = 1001,
  UnknownHistory = 1003,
  /** Never sent: what a browser reports when a connection broke. */
  Abnormal = 1006,
  TooBig = 1009,
  Restarting = 1012,
  BadRequest = 4400,
  Unauthenticated = 4401,
  Forbidden = 4403,
  NotFound = 4404,
  TooSlow = 4408,
  TooMany = 4429,
  ServerError = 4500
}
