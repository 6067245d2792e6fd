"""What every host does alike around a run of the engine. Standard library alone; knows no `nuke`, `bpy` or Qt."""
