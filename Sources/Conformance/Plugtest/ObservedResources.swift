// SPDX-License-Identifier: Apache-2.0

import CoAP

/// A placeholder until servers can be observed.
final class ObservedResources: Sendable {
    func register(on router: Router) {}
    func run() async {}
}
