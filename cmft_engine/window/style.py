"""How the review window looks: dark, as the hosts are, so that the picture is the brightest thing."""

BACK, PANEL, RAISED, LINE = "#1d1e21", "#26282c", "#33363b", "#17181a"
TEXT, QUIET, ACCENT, DOUBT, DONE = "#d6d8dc", "#8e939c", "#f0a030", "#ff6a3d", "#5fbf7a"

STYLE = f"""
* {{ font-size: 12px; }}
QWidget {{ background: {PANEL}; color: {TEXT}; }}
QMainWindow, QSplitter::handle {{ background: {LINE}; }}
QSplitter::handle:horizontal {{ width: 3px; }}
QSplitter::handle:vertical {{ height: 3px; }}
QToolTip {{ background: {RAISED}; color: {TEXT}; border: 1px solid {LINE}; padding: 4px; }}
QLabel#heading {{ color: {QUIET}; font-weight: bold; padding: 6px 8px 3px 8px; }}
QLabel#hint {{ color: {QUIET}; padding: 2px 8px; }}
QLabel#title {{ font-size: 14px; font-weight: bold; padding: 0 8px; }}
QFrame#bar {{ background: {BACK}; border-bottom: 1px solid {LINE}; }}
QLabel#color {{ background: transparent; padding: 3px 8px; margin: 3px 2px; }}
QFrame#gap {{ background: {RAISED}; max-width: 1px; margin: 5px 6px; }}
QPushButton {{ background: transparent; border: 1px solid transparent; border-radius: 4px; padding: 5px 8px; }}
QPushButton:hover {{ background: {RAISED}; }}
QPushButton:checked {{ background: {RAISED}; border-color: {ACCENT}; color: white; }}
QPushButton:disabled {{ color: #5b5f66; }}
QPushButton#advice {{ color: {ACCENT}; padding: 3px 8px; }}
QPushButton#approve {{ background: #2f5b3d; color: white; padding: 5px 12px; }}
QPushButton#approve:hover {{ background: #39704a; }}
QLineEdit, QComboBox {{ background: {BACK}; border: 1px solid {RAISED}; border-radius: 4px; padding: 4px 6px;
    margin: 2px 8px; selection-background-color: {ACCENT}; selection-color: black; }}
QLineEdit:focus {{ border-color: {ACCENT}; }}
QComboBox QAbstractItemView {{ background: {RAISED}; }}
QListWidget {{ background: {PANEL}; border: none; outline: none; }}
QListWidget::item {{ padding: 4px 8px; border-left: 3px solid transparent; }}
QListWidget::item:hover {{ background: #2c2f34; }}
QListWidget::item:selected {{ background: {RAISED}; color: white; border-left: 3px solid {ACCENT}; }}
QListWidget::indicator {{ width: 12px; height: 12px; border: 1px solid {QUIET}; border-radius: 3px; }}
QListWidget::indicator:checked {{ background: {ACCENT}; border-color: {ACCENT}; }}
QScrollBar {{ background: {PANEL}; border: none; }}
QScrollBar:vertical {{ width: 10px; }}
QScrollBar:horizontal {{ height: 10px; }}
QScrollBar::handle {{ background: #474b52; border-radius: 4px; margin: 2px; min-width: 28px; min-height: 28px; }}
QScrollBar::handle:hover {{ background: #5b6068; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QStatusBar {{ background: {BACK}; color: {QUIET}; border-top: 1px solid {LINE}; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel {{ background: transparent; color: {QUIET}; padding: 0 8px; }}
QLabel#trouble {{ color: {DOUBT}; }}
"""
