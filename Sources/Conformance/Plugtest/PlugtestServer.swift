// SPDX-License-Identifier: Apache-2.0

package import CoAP

/// The resources that the plugtest's cases need, as Californium's plugtest server has them. It knows no socket;
/// ``register(on:)`` puts them on a router, and ``run()`` has the observed ones change.
package final class PlugtestServer: Sendable {
    private let observed = ObservedResources()

    /// Resources in their first state.
    package init() {}

    /// What the cases demand of a server: blocks of 64 bytes, and bodies of at most 8 KiB, since everybody may leave some.
    package static var configuration: ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.preferredBlockSize = 64
        configuration.maximumBodySize = 8192
        return configuration
    }

    /// Puts the resources on a router.
    package func register(on router: Router) {
        SimpleResources.register(on: router)
        LinkedResources.register(on: router)
        LargeResources().register(on: router)
        ValidatedResource().register(on: router)
        CreatedResource().register(on: router)
        observed.register(on: router)
    }

    /// Changes the observed resources every five seconds until the task is cancelled.
    package func run() async { await observed.run() }
}
