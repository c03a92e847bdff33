// SPDX-License-Identifier: Apache-2.0

public import CoAP

extension DeviceHost {
    /// Puts the devices' resources on a router: at the root where there is one device, else each below its device's name.
    ///
    /// A sensor has `min` and `max` below its path, its extremes since the device's start; a firmware has `state`, which can be
    /// observed. A resource of the device with such a path, or the audit's, takes its place.
    ///
    /// - Parameters:
    ///   - router: the router; it must not have any of the paths.
    ///   - auditPath: where who set which actuator can be read; nil for nowhere.
    public func register(on router: Router, auditPath: String? = "audit") {
        let isAlone = hosted.count == 1
        // The same for all devices of a group, which have their storage in common.
        var links: [LinkAttributes] = []
        var described: [DeviceResource] = []
        for device in hosted {
            let resources = device.device.group.resources
            if resources != described { (links, described) = (resources.map(\.attributes), resources) }
            for (number, resource) in resources.enumerated() {
                let segments =
                    (isAlone ? [] : [device.device.name]) + resource.path.split(separator: "/").map(String.init)
                let path = CoAPURI.Reference(path: segments).description
                device.register(number, resource, at: path, links[number], on: router)
            }
        }
        registerExtremes(on: router)
        let isTaken = isAlone && hosted.first?.device.group.resources.contains { $0.path == auditPath } ?? false
        if let auditPath, !isTaken, hosted.contains(where: \.hasActuators) {
            router.get(
                auditPath,
                attributes: .init(
                    resourceType: "audit", interface: "core.rp", contentFormats: AuditList.contentFormats,
                    title: "Who set what")
            ) { [recorder] _, _ in AuditList(records: recorder.records) }
        }
    }

    /// One route for all devices: they are not listed.
    private func registerExtremes(on router: Router) {
        let byName = Dictionary(hosted.map { ($0.device.name, $0) }, uniquingKeysWith: { first, _ in first })
        let alone = hosted.count == 1 ? hosted.first : nil
        var paths: Set<String> = []
        var described: [DeviceResource] = []
        for device in hosted where device.device.group.resources != described {
            described = device.device.group.resources
            for resource in described {
                if case .sensor = resource.content { paths.insert(resource.path) }
            }
        }
        for path in paths.sorted() {
            let segments = path.split(separator: "/").map(String.init)
            let escaped = CoAPURI.Reference(path: segments).description.drop { $0 == "/" }
            router.get((alone == nil ? "{device}/" : "") + escaped + "/{extreme}") { _, context in
                guard let device = alone ?? byName[context.parameters["device"]],
                    let extreme = HostedDevice.Extreme(rawValue: context.parameters["extreme"]),
                    let (number, sensor) = device.sensor(at: path)
                else { throw ResponseError(.notFound, "a sensor has min and max below it") }
                return try device.extreme(extreme, of: number, sensor)
            }
        }
    }
}

extension HostedDevice {
    /// True when it has something that can be set.
    fileprivate var hasActuators: Bool {
        device.group.resources.contains(where: \.isActuator)
    }

    fileprivate func sensor(at path: String) -> (Int, Sensor)? {
        for (number, resource) in device.group.resources.enumerated() where resource.path == path {
            if case .sensor(let sensor) = resource.content { return (number, sensor) }
        }
        return nil
    }

    fileprivate func register(
        _ number: Int, _ resource: DeviceResource, at path: String, _ attributes: LinkAttributes, on router: Router
    ) {
        switch resource.content {
        case .sensor(let sensor):
            let observable = router.observable(path, attributes: attributes) { [self] request, _ in
                try reading(of: number, sensor, for: request)
            }
            observe(number, by: observable)
        case .actuator(let actuator):
            let observable = router.observable(path, attributes: attributes, notifications: .confirmable) {
                [self] _, _ in try position(of: number, actuator)
            }
            router.put(path) { [self] request, context in
                try set(number, by: context.peer.identity) { () throws(ResponseError) in
                    try request.value(for: actuator)
                }
                return Response(.changed)
            }
            observe(number, by: observable)
        case .description:
            router.get(path, attributes: attributes) { [self] _, _ in try description() }
        case .firmware:
            router.get(path, attributes: attributes) { [self] request, _ in
                try meet()
                return try FirmwareImage(request).response(to: request)
            }
            router.upload(.put, path, maximumSize: FirmwareImage.maximumSize) { [self] request, context, body in
                try await install(number, request, context, body)
            }
            let statePath = resource.path + "/state"
            guard !device.group.resources.contains(where: { $0.path == statePath }) else { break }
            let observable = router.observable(path + "/state", attributes: resource.statusAttributes) {
                [self] _, _ in try firmwareStatus()
            }
            observe(number, by: observable)
        }
    }
}
