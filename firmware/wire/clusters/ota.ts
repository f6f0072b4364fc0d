// The OTA Upgrade cluster: carries images to devices.
// @source ZCL 07-5123-06 chapter 11

import { Cluster } from "../zcl";
import { ZclType } from "../zcl-type";
import { Access, type ClusterTable } from "./table";

const READ = Access.READ;

export const OTA_UPGRADE: ClusterTable = {
  id: Cluster.OTA_UPGRADE,
  name: "OTA Upgrade",
  source: "ZCL 07-5123-06 chapter 11",
  attributes: [],
  clientAttributes: [
    [0x0000, "UpgradeServerID", ZclType.EUI64, READ],
    [0x0001, "FileOffset", ZclType.UINT32, READ],
    [0x0002, "CurrentFileVersion", ZclType.UINT32, READ],
    [0x0003, "CurrentZigBeeStackVersion", ZclType.UINT16, READ],
    [0x0004, "DownloadedFileVersion", ZclType.UINT32, READ],
    [0x0005, "DownloadedZigBeeStackVersion", ZclType.UINT16, READ],
    [0x0006, "UpgradeStatus", ZclType.ENUM8, READ],
    [0x0007, "ManufacturerID", ZclType.UINT16, READ],
    [0x0008, "ImageTypeID", ZclType.UINT16, READ],
    [0x0009, "MinimumBlockRequestPeriod", ZclType.UINT16, READ],
    [0x000a, "ImageStamp", ZclType.UINT32, READ],
    [0x000b, "UpgradeActivationPolicy", ZclType.ENUM8, READ],
    [0x000c, "UpgradeTimeoutPolicy", ZclType.ENUM8, READ],
  ],
  received: [
    [
      0x01,
      "QueryNextImageRequest",
      "fieldControl:map8 manufacturerId:u16 imageType:u16 currentFileVersion:u32 " +
        "hardwareVersion:u16?fieldControl&1",
    ],
    [
      0x03,
      "ImageBlockRequest",
      "fieldControl:map8 manufacturerId:u16 imageType:u16 fileVersion:u32 fileOffset:u32 " +
        "maxDataSize:u8 requestNodeAddress:eui64?fieldControl&1 " +
        "minimumBlockPeriod:u16?fieldControl&2",
    ],
    [
      0x04,
      "ImagePageRequest",
      "fieldControl:map8 manufacturerId:u16 imageType:u16 fileVersion:u32 fileOffset:u32 " +
        "maxDataSize:u8 pageSize:u16 responseSpacing:u16 " +
        "requestNodeAddress:eui64?fieldControl&1",
    ],
    [0x06, "UpgradeEndRequest", "status:enum8 manufacturerId:u16 imageType:u16 fileVersion:u32"],
    [
      0x08,
      "QuerySpecificFileRequest",
      "requestNodeAddress:eui64 manufacturerId:u16 imageType:u16 fileVersion:u32 " +
        "currentZigbeeStackVersion:u16",
    ],
  ],
  generated: [
    [
      0x00,
      "ImageNotify",
      "payloadType:enum8 queryJitter:u8 manufacturerId:u16?payloadType>0 " +
        "imageType:u16?payloadType>1 newFileVersion:u32?payloadType>2",
    ],
    [
      0x02,
      "QueryNextImageResponse",
      "status:enum8 manufacturerId:u16?status=0 imageType:u16?status=0 " +
        "fileVersion:u32?status=0 imageSize:u32?status=0",
    ],
    [
      0x05,
      "ImageBlockResponse",
      "status:enum8 manufacturerId:u16?status=0 imageType:u16?status=0 " +
        "fileVersion:u32?status=0 fileOffset:u32?status=0 dataSize:u8?status=0 " +
        "imageData:u8*dataSize currentTime:utc?status=0x97 requestTime:utc?status=0x97 " +
        "minimumBlockPeriod:u16?status=0x97",
    ],
    [
      0x07,
      "UpgradeEndResponse",
      "manufacturerId:u16 imageType:u16 fileVersion:u32 currentTime:utc upgradeTime:utc",
    ],
    [
      0x09,
      "QuerySpecificFileResponse",
      "status:enum8 manufacturerId:u16?status=0 imageType:u16?status=0 " +
        "fileVersion:u32?status=0 imageSize:u32?status=0",
    ],
  ],
};
