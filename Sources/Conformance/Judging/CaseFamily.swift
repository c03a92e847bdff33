// SPDX-License-Identifier: Apache-2.0

/// What a case is about, as its name says.
package enum CaseFamily: String, Hashable, Sendable {
    case core = "CORE"
    case block = "BLOCK"
    case link = "LINK"
    case obs = "OBS"
    case dtls = "DTLS"
}
