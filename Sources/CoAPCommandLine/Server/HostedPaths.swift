// SPDX-License-Identifier: Apache-2.0

import DeviceSimulator

/// Where the resources of a scenario's devices are on the server that hosts them.
struct HostedPaths {
    private let isAlone: Bool
    private let scenario: Scenario

    init(_ scenario: Scenario) {
        self.scenario = scenario
        isAlone = scenario.deviceCount == 1
    }

    /// The path of a resource of a device: one device has the whole server, several have a folder each.
    func path(of resource: DeviceResource, at device: String) -> String {
        isAlone ? resource.path : "\(device)/\(resource.path)"
    }

    /// True when a device has a resource at the path, or below it.
    func takes(_ path: String) -> Bool {
        scenario.groups.contains { group in
            group.numbers.contains { number in
                let name = group.deviceName(number)
                return isAlone
                    ? group.resources.contains { $0.path == path || $0.path.hasPrefix(path + "/") } : name == path
            }
        }
    }
}
