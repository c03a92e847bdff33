// SPDX-License-Identifier: Apache-2.0

import CoAP

extension DeviceResource {
    /// True for what has a value that changes.
    var isMeasured: Bool {
        switch content {
        case .sensor, .actuator: true
        case .description, .firmware: false
        }
    }

    /// True for what can be set.
    var isActuator: Bool { if case .actuator = content { true } else { false } }

    /// What `.well-known/core` says of it (RFC 6690).
    var attributes: LinkAttributes {
        switch content {
        case .sensor(let sensor): attributes(sensor.quantity, "core.s", Reading.contentFormats, sensor.quantity)
        case .actuator(let actuator):
            attributes(actuator.quantity, "core.a", ActuatorPosition.contentFormats, actuator.quantity)
        case .description:
            attributes("device", "core.rp", DeviceDescription.contentFormats, "About this device")
        case .firmware:
            attributes("firmware", nil, [.octetStream], "Firmware image", size: FirmwareImage.usualSize)
        }
    }

    /// What `.well-known/core` says of how far a new program has come.
    var statusAttributes: LinkAttributes {
        LinkAttributes(
            resourceType: "firmware.state", interface: "core.rp", contentFormats: FirmwareStatus.contentFormats,
            title: "Firmware state")
    }

    private func attributes(
        _ type: String, _ usualInterface: String?, _ formats: [ContentFormat], _ usualTitle: String, size: Int? = nil
    ) -> LinkAttributes {
        LinkAttributes(
            resourceType: resourceType ?? type, interface: interface ?? usualInterface, contentFormats: formats,
            title: title ?? (usualTitle.prefix(1).uppercased() + usualTitle.dropFirst()), size: size)
    }
}

extension DeviceGroup {
    /// What its devices say they are.
    var modelName: String {
        switch models.first {
        case .room: "Room Climate"
        case .tank: "Tank"
        case .battery: "Battery"
        case nil: "Sensor"
        }
    }
}
