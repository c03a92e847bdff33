// SPDX-License-Identifier: Apache-2.0

import CoAP

/// What a load generator is to do: many connections, and on each as many requests at once as the window allows.
struct LoadPlan: Sendable {
    var uri: CoAPURI
    var request: Request
    /// How many connections, each with a port of its own.
    var connections: Int
    /// How many requests are under way on each connection.
    var window: Int
    /// How long to count, after the warm-up.
    var duration: Duration
    /// How long to load the server before counting starts.
    var warmUp: Duration
    /// The process whose CPU time is read; nil reads none.
    var serverProcess: Int32?
}
