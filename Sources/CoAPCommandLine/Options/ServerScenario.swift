// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// What `coap-server` serves.
enum ServerScenario: String, ExpressibleByArgument, CaseIterable {
    /// A sensor in a heated room.
    case device
    /// The resources of ETSI's CoAP plugtest.
    case plugtest
}
